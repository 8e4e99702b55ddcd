import {
  collectAgentSubject,
  createConversation,
  eraseAgentSubject,
  giveRunFeedback,
  listCompletions,
  listGuardrailAlerts,
  listRunFeedback,
  planAgentSubject,
  putGuardrailAlert,
  type CreateConversationRequest,
  type Operation,
} from '@tenantry/contracts';
import { fromFaultMessage, newId, type TenantContext } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { member } from '../agents.fixture.js';
import { CompletionsFixture } from '../completions/completions.fixture.js';

const MESSAGES = 'agents.conversation_message';

describe('A person’s privacy request', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  const [ann, ben] = [member(), member()];
  const customer = (value: string) => ({ table: 'customers', value });
  const asked = { purpose: 'compliance' as const, actor: { kind: 'service' as const, id: 'compliance', role: null } };

  async function talk(
    tenant: TestTenant,
    text: string,
    more: Partial<CreateConversationRequest> = {},
    who: Partial<TenantContext> = ann,
  ): Promise<{ conversationId: string; runId: string }> {
    const { id: conversationId } = await tenant.call(createConversation, more, who);
    const { id: runId } = await f.ask(tenant, text, { metadata: { conversation_id: conversationId } }, who);
    return { conversationId, runId };
  }

  const placesOf = async (tenant: TestTenant, who: object): Promise<Record<string, string>> => {
    const { places } = await tenant.call(planAgentSubject, who, asked);
    return Object.fromEntries(places.map(({ place, rows, action }) => [place, `${action} ${rows}`]));
  };

  async function copyOf(
    tenant: TestTenant,
    who: object,
    place: string,
  ): Promise<{ row: Record<string, unknown>; redacted: string[] }[]> {
    const ctx = testContext(tenant.id, asked);
    const reply = await t.bus.send(collectAgentSubject as Operation, JSON.stringify({ ...who, place }), ctx);
    if (reply.fault) throw fromFaultMessage(reply.fault);
    const chunks: Uint8Array[] = [];
    for await (const chunk of reply.body!) chunks.push(chunk);
    const lines = Buffer.concat(chunks).toString().split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as { row: Record<string, unknown>; redacted: string[] });
  }

  it('finds what was said about them, whoever said it, and nothing about anybody else', async () => {
    await Promise.all([f.budget(t.a), f.budget(t.b)]);
    await talk(t.a, 'About seven', { subjects: [customer('7')] });
    await talk(t.a, 'Also about seven', { subjects: [customer('7')] }, ben);
    await talk(t.a, 'About eight', { subjects: [customer('8')] });
    await talk(t.a, 'About the employee seven', { subjects: [{ table: 'employees', value: '7' }] });
    await talk(t.b, 'About another seven', { subjects: [customer('7')] });
    const who = { subject: [customer('7')] };
    expect(await placesOf(t.a, who)).toMatchObject({ [MESSAGES]: 'delete 4', 'agents.completion': 'keep 0' });
    const copied = await copyOf(t.a, who, MESSAGES);
    const said = copied.filter(({ row }) => row.role === 'user').map(({ row }) => row.content);
    expect(said.toSorted()).toEqual(['About seven', 'Also about seven']);
    expect(await placesOf(t.b, who)).toMatchObject({ [MESSAGES]: 'delete 2' });
    expect(await placesOf(t.a, { subject: [customer('9')] })).toMatchObject({ [MESSAGES]: 'delete 0' });
  });

  it('withholds what was said about others, too, from a copy', async () => {
    await f.budget(t.a);
    await talk(t.a, 'About two people', { subjects: [customer('7'), customer('8')] });
    const copied = await copyOf(t.a, { subject: [customer('7')] }, MESSAGES);
    expect(copied).toMatchObject([
      { row: { role: 'user', content: null }, redacted: ['content'] },
      { row: { role: 'assistant', content: null }, redacted: ['content'] },
    ]);
    const { places } = await t.a.call(planAgentSubject, { subject: [customer('7')] }, asked);
    expect(places.find(({ place }) => place === MESSAGES)!.reason).toMatch(/^1 of the conversations/);
  });

  it('erases it once, with one entry for each row, and keeps what it cost', async () => {
    await Promise.all([f.budget(t.a), f.budget(t.b)]);
    const who = { subject: [customer('7')], userId: ann.actor!.id };
    const { runId } = await talk(t.a, 'About seven', { subjects: [customer('7')] }, ben);
    await talk(t.a, 'By ann', { subjects: [] });
    await t.a.call(giveRunFeedback, { runId, score: 2, comment: 'Too slow' }, ben);
    const plain = await f.ask(t.a, 'Hello', {}, ann);
    await t.a.call(giveRunFeedback, { runId: plain.id, score: 1, comment: 'Bad' }, ann);
    await talk(t.a, 'About eight', { subjects: [customer('8')] }, ben);
    await talk(t.b, 'About seven', { subjects: [customer('7')] });
    expect(await placesOf(t.a, who)).toMatchObject({
      ...{ [MESSAGES]: 'delete 4', 'agents.run_feedback': 'delete 1', 'agents.completion': 'keep 2' },
    });
    const ctx = testContext(t.a.id, { ...asked });
    const erase = (idempotencyKey: string) => t.bus.call(eraseAgentSubject, who, ctx, { idempotencyKey });
    const before = (await t.outbox()).length;
    const erased = await erase('one');
    expect(erased).toMatchObject({
      rows: 3n,
      places: [{ place: MESSAGES, rows: 4n }, { rows: 1n }, { rows: 0n }, { rows: 0n }],
    });
    const announced = (await t.outbox()).slice(before);
    expect(announced.map(({ type }) => type).toSorted()).toEqual([
      ...['AgentSubjectForgotten', 'ConversationForgotten', 'ConversationForgotten'],
    ]);
    expect(await erase('one')).toEqual(erased);
    expect((await erase('another')).rows).toBe(0n);
    expect((await t.outbox()).slice(before)).toHaveLength(3);
    expect(await placesOf(t.a, who)).toMatchObject({ [MESSAGES]: 'delete 0', 'agents.completion': 'keep 2' });
    expect(await t.a.call(listRunFeedback, {})).toBeEmptyPage(); // ben's comment was about the forgotten conversation
    expect((await t.a.call(listCompletions, {})).data).toHaveLength(4);
    expect(await placesOf(t.a, { subject: [customer('8')] })).toMatchObject({ [MESSAGES]: 'delete 2' });
    expect(await placesOf(t.b, who)).toMatchObject({ [MESSAGES]: 'delete 2' });
  });

  it('ends alerts that are mailed to their address, in their tenant alone', async () => {
    const alert = { name: 'security', email: 'Ada@Example.com', guardrails: [] };
    for (const tenant of [t.a, t.b]) await tenant.call(putGuardrailAlert, alert);
    await t.a.call(putGuardrailAlert, { ...alert, name: 'other', email: 'bob@example.com' });
    const who = { subject: [], email: 'ada@example.com' };
    expect(await placesOf(t.a, who)).toMatchObject({ 'agents.guardrail_alert': 'delete 1' });
    expect(await copyOf(t.a, who, 'agents.guardrail_alert')).toMatchObject([
      { row: { name: 'security', email: 'ada@example.com' } },
    ]);
    expect((await t.bus.call(eraseAgentSubject, who, testContext(t.a.id, asked))).rows).toBe(1n);
    expect((await t.a.call(listGuardrailAlerts, {})).data).toMatchObject([{ name: 'other' }]);
    expect((await t.b.call(listGuardrailAlerts, {})).data).toHaveLength(1);
  });

  it('copies a member’s own words, comments and calls', async () => {
    await f.budget(t.a);
    const { runId } = await talk(t.a, 'Mine');
    await talk(t.a, 'Not mine', {}, ben);
    await t.a.call(giveRunFeedback, { runId, score: 5, comment: 'Good' }, ann);
    const who = { userId: ann.actor!.id };
    expect((await copyOf(t.a, who, MESSAGES)).map(({ row }) => row.content)).toEqual(['Mine', 'You said: Mine']);
    expect(await copyOf(t.a, who, 'agents.run_feedback')).toMatchObject([{ row: { comment: 'Good', score: 5 } }]);
    expect(await copyOf(t.a, who, 'agents.completion')).toMatchObject([{ row: { id: runId, model: 'local-rules' } }]);
    await expect(copyOf(t.a, who, 'agents.agent_event')).rejects.toBeFault('invalid-input', { field: 'place' });
  });

  it('is answered to compliance alone', async () => {
    const asGateway = t.bus.call(planAgentSubject, { userId: newId() }, testContext(t.a.id), { issuer: 'gateway' });
    await expect(asGateway).rejects.toBeInstanceOf(Error);
  });
});
