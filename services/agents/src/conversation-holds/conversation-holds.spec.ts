import {
  createConversation,
  deleteConversation,
  eraseAgentSubject,
  getConversation,
  giveRunFeedback,
  holdConversations,
  LegalHoldPlaced,
  LegalHoldReleased,
  linkConversationSubjects,
  listConversationMessages,
  listRunFeedback,
  planAgentSubject,
  type HoldConversationsRequest,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { member } from '../agents.fixture.js';
import { CompletionsFixture } from '../completions/completions.fixture.js';

const MESSAGES = 'agents.conversation_message';

describe('A conversation under a legal hold', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  const [ann, ben] = [member('member'), member('member')];
  const asked = { purpose: 'compliance' as const, actor: { kind: 'service' as const, id: 'compliance', role: null } };
  const customer = (value: string) => ({ table: 'customers', value });
  beforeEach(() => Promise.all([f.budget(t.a), f.budget(t.b)]));

  async function talk(tenant: TestTenant, people: readonly string[], who: Partial<TenantContext> = ann) {
    const { id } = await tenant.call(createConversation, { subjects: people.map(customer) }, who);
    const run = await f.ask(tenant, 'Something', { metadata: { conversation_id: id } }, who);
    return { id, runId: run.id };
  }
  /** Holds as compliance does: before its commit, and then as its word. */
  async function hold(tenant: TestTenant, wish: Partial<HoldConversationsRequest>, isPlaced = true) {
    const holdId = newId();
    const request = { holdId, isQuery: false, ...wish };
    const { conversations } = await t.bus.call(holdConversations, request, testContext(tenant.id, asked));
    const event = new LegalHoldPlaced({ holdId });
    if (isPlaced) await t.bus.deliver({ event, tenantId: tenant.id });
    return { holdId, conversations };
  }
  const release = (tenant: TestTenant, holdId: string) =>
    t.bus.deliver({ event: new LegalHoldReleased({ holdId }), tenantId: tenant.id });
  const statusOf = async (tenant: TestTenant, { id }: { readonly id: string }) =>
    (await tenant.call(getConversation, { conversationId: id })).status;
  const erase = (tenant: TestTenant, key: string, more: object = {}) =>
    t.bus.call(eraseAgentSubject, { subject: [customer(key)], ...more }, testContext(tenant.id, asked));
  const overdue = () => t.database.admin(`update agents.conversation set expires_at = now() - interval '1 hour'`);
  const told = async (type: string) => (await t.outbox()).filter((event) => event.type === type);

  it('is not forgotten in time, whichever way the hold is about it; others are, and it is after the release', async () => {
    const [seven, eight, ofBen, ofTable] = [
      await talk(t.a, ['7']),
      await talk(t.a, ['8']),
      await talk(t.a, [], ben),
      await t.a.call(createConversation, { subjects: [{ table: 'patients', value: '1' }] }, ann),
    ];
    const foreign = await talk(t.b, ['7']);
    const held = [
      await hold(t.a, { table: 'customers', subjectKey: '7' }),
      await hold(t.a, { ownerId: ben.actor!.id }),
      await hold(t.a, { table: 'patients', isQuery: true }),
    ];
    expect(held.map(({ conversations }) => conversations)).toEqual([1n, 1n, 1n]);
    await overdue();
    await t.bus.runSchedule('agents.retention');
    const all = [seven, ofBen, ofTable, eight];
    expect(await Promise.all(all.map((one) => statusOf(t.a, one)))).toEqual(['open', 'open', 'open', 'forgotten']);
    expect(await statusOf(t.b, foreign)).toBe('forgotten');
    for (const { holdId } of held) await release(t.b, holdId);
    await t.bus.runSchedule('agents.retention');
    expect(await statusOf(t.a, seven)).toBe('open');
    for (const { holdId } of held) await release(t.a, holdId);
    await t.bus.runSchedule('agents.retention');
    expect(await Promise.all(all.map((one) => statusOf(t.a, one)))).toEqual(all.map(() => 'forgotten'));
  });

  it('is held also when it comes to name the person after the hold was placed', async () => {
    await hold(t.a, { table: 'customers', subjectKey: '7' });
    const later = await talk(t.a, []);
    await t.a.call(linkConversationSubjects, { conversationId: later.id, subjects: [customer('7')] }, ann);
    await overdue();
    await t.bus.runSchedule('agents.retention');
    expect(await statusOf(t.a, later)).toBe('open');
  });

  it('can be deleted by nobody, and is told why', async () => {
    const one = await talk(t.a, ['7']);
    const { holdId } = await hold(t.a, { table: 'customers', subjectKey: '7' });
    const remove = (who: Partial<TenantContext>) => t.a.call(deleteConversation, { conversationId: one.id }, who);
    await expect(remove(ann)).rejects.toBeFault('rows-held', { field: 'conversationId' });
    await expect(remove(member())).rejects.toBeFault('rows-held');
    await release(t.a, holdId);
    await remove(ann);
    expect(await statusOf(t.a, one)).toBe('forgotten');
  });

  it('is restricted instead of erased, and erased when the hold is released', async () => {
    const both = await talk(t.a, ['7', '8']);
    const alone = await talk(t.a, ['7']);
    await t.a.call(giveRunFeedback, { runId: both.runId, score: 1, comment: 'Wrong' }, ann);
    const { holdId } = await hold(t.a, { table: 'customers', subjectKey: '8' });
    const { places } = await t.bus.call(planAgentSubject, { subject: [customer('7')] }, testContext(t.a.id, asked));
    expect(places.find(({ place }) => place === MESSAGES)!.reason).toContain(
      '1 of the conversations are under a legal hold',
    );
    const before = (await t.outbox()).length;
    const erased = await erase(t.a, '7', { userId: ann.actor!.id });
    expect(erased).toMatchObject({
      rows: 2n,
      places: expect.arrayContaining([
        { place: MESSAGES, action: 'delete', rows: 2n },
        { place: MESSAGES, action: 'restrict', rows: 2n },
        expect.objectContaining({ place: 'agents.run_feedback', rows: 0n }),
      ]) as unknown,
    });
    const types = (await t.outbox()).slice(before).map(({ type }) => type);
    expect(types.toSorted()).toEqual(['ConversationForgotten', 'ConversationRestricted']);
    expect((await told('ConversationRestricted'))[0]).toMatchObject({ conversationId: both.id, holdId });
    expect(await statusOf(t.a, alone)).toBe('forgotten');
    const kept = await t.a.call(getConversation, { conversationId: both.id }, ann);
    expect(kept).toMatchObject({ status: 'closed', restrictedAt: expect.any(Date) as Date });
    const read = (who: Partial<TenantContext>) => t.a.call(listConversationMessages, { conversationId: both.id }, who);
    await expect(read({ ...ann, permissions: ['conversations.use'] })).rejects.toBeFault('rows-held', {
      field: 'conversationId',
    });
    expect((await read(member())).data).toHaveLength(2);
    const goOn = f.ask(t.a, 'More', { metadata: { conversation_id: both.id } }, ann);
    await expect(goOn).rejects.toBeFault('conversation-ended');
    expect((await erase(t.a, '7')).rows).toBe(0n);
    await t.bus.runSchedule('agents.retention');
    expect(await statusOf(t.a, both)).toBe('closed');
    await release(t.a, holdId);
    expect(await statusOf(t.a, both)).toBe('forgotten');
    expect((await told('ConversationForgotten')).at(-1)).toMatchObject({ conversationId: both.id, reason: 'erasure' });
    expect(await t.a.call(listRunFeedback, {})).toBeEmptyPage();
  });

  it('by a query holds no erasure of a person whom compliance found free of it, but of a conversation that names others', async () => {
    const [alone, both] = [await talk(t.a, ['7']), await talk(t.a, ['7', '8'])];
    await hold(t.a, { table: 'customers', isQuery: true });
    await erase(t.a, '7');
    expect([await statusOf(t.a, alone), await statusOf(t.a, both)]).toEqual(['forgotten', 'closed']);
  });

  it('of which compliance never says that it is placed ends after a day', async () => {
    const one = await talk(t.a, ['7']);
    await hold(t.a, { table: 'customers', subjectKey: '7' }, false);
    await overdue();
    await t.bus.runSchedule('agents.retention');
    expect(await statusOf(t.a, one)).toBe('open');
    await t.database.admin(`update agents.legal_hold set held_at = now() - interval '25 hours'`);
    await t.bus.runSchedule('agents.retention');
    expect(await statusOf(t.a, one)).toBe('forgotten');
  });

  it('is held by compliance alone, about something', async () => {
    const request = { holdId: newId(), isQuery: false, ownerId: 'ann' };
    const asGateway = t.bus.call(holdConversations, request, testContext(t.a.id), { issuer: 'gateway' });
    await expect(asGateway).rejects.toBeInstanceOf(Error);
    await expect(hold(t.a, {})).rejects.toBeFault('invalid-input', { field: 'table' });
  });
});
