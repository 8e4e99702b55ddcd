import { createConversation, listCompletions, listConversationMessages } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { member } from '../agents.fixture.js';
import { CompletionsFixture } from './completions.fixture.js';

describe('What a process that died has begun', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  const who = member();

  const converse = async (tenant: TestTenant): Promise<string> => (await tenant.call(createConversation, {}, who)).id;
  const begin = (tenant: TestTenant, conversationId: string) =>
    f.stream(tenant, '[[endless]] [[slow 5]]', { metadata: { conversation_id: conversationId } }, who);
  const ask = (tenant: TestTenant, conversationId: string) =>
    f.ask(tenant, 'Hello', { metadata: { conversation_id: conversationId } }, who);
  const endOrphans = (): Promise<void> => t.bus.runSchedule('agents.end-orphans');
  /** As if this process had been heard for long enough to judge others. */
  const judge = () =>
    t.database.admin(
      `update agents.process set since = now() - interval '1 minute', alive_at = now() where alive_at > now() - interval '10 s'`,
    );
  /** As if what a tenant has open were another process' that was last heard so long ago. */
  const belongToAnother = async ({ id }: TestTenant, silence: string): Promise<void> => {
    const other = newId();
    const heard = `insert into agents.process values ($1, now() - $2::interval, now() - interval '1 hour')`;
    await t.database.admin(heard, [other, silence]);
    await t.database.admin(`update agents.completion set process_id = $2 where tenant_id = $1 and state = 'open'`, [
      id,
      other,
    ]);
    const turns = `update agents.conversation set answering_process = $2 where tenant_id = $1 and answering is not null`;
    await t.database.admin(turns, [id, other]);
  };
  const stateOfLast = async (tenant: TestTenant): Promise<string> =>
    (await tenant.call(listCompletions, {})).data[0]!.state;

  it('is ended, so that its conversation goes on at once and nothing stays held', async () => {
    const budgets = [await f.budget(t.a), await f.budget(t.b)] as const;
    const [mine, theirs] = [await converse(t.a), await converse(t.b)];
    const [lost, alive] = [await begin(t.a, mine), await begin(t.b, theirs)];
    await belongToAnother(t.a, '20 s');
    await expect(ask(t.a, mine)).rejects.toBeFault('conflict', { field: 'metadata.conversation_id' });
    await judge();
    await endOrphans();
    await t.bus.runSchedule('agents.settle-completions');
    await ask(t.a, mine);
    expect(await f.settled(t.a, budgets[0])).toBe(await f.costOfCalls(t.a));
    expect((await t.outbox()).filter(({ state }) => state === 'lost')).toHaveLength(1);
    await expect(ask(t.b, theirs)).rejects.toBeFault('conflict'); // it is this process', which lives
    expect(await stateOfLast(t.b)).toBe('open');
    for (const body of [lost, alive]) await body[Symbol.asyncIterator]().return?.();
    expect((await t.a.call(listConversationMessages, { conversationId: mine }, who)).data).toHaveLength(2);
    expect(await f.settled(t.b, budgets[1])).toBe(await f.costOfCalls(t.b));
  });

  it('gives a turn back whose call was never written down', async () => {
    await f.budget(t.a);
    const conversationId = await converse(t.a);
    await t.database.admin(
      `update agents.conversation set answering = $2, answering_process = $2, answering_until = now() + interval '1 hour' where id = $1`,
      [conversationId, newId()],
    );
    await belongToAnother(t.a, '20 s');
    await expect(ask(t.a, conversationId)).rejects.toBeFault('conflict');
    await judge();
    await endOrphans();
    await ask(t.a, conversationId);
  });

  it.each([
    ['when that was heard a moment ago', '0 s', judge],
    ['while who judges has not been heard long enough itself: the database may have been away', '20 s', endOrphans],
  ])('stays %s', async (_, silence, prepare) => {
    await f.budget(t.a);
    const conversationId = await converse(t.a);
    const body = await begin(t.a, conversationId);
    await belongToAnother(t.a, silence);
    await t.database.admin(`update agents.process set since = now() where alive_at > now() - interval '10 s'`);
    await prepare();
    await endOrphans();
    await expect(ask(t.a, conversationId)).rejects.toBeFault('conflict');
    expect(await stateOfLast(t.a)).toBe('open');
    await body[Symbol.asyncIterator]().return?.();
  });

  it('is forgotten with it, once nothing of it is left', async () => {
    await belongToAnother(t.a, '20 s');
    await judge();
    await endOrphans();
    expect(await t.database.admin(`select from agents.process where alive_at < now() - interval '10 s'`)).toEqual([]);
  });
});
