import { listCompletions, type Completion } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { eventually, type TestTenant } from '@tenantry/testing';
import { CompletionsFixture, eventsOf } from './completions.fixture.js';

describe('A call that was left behind', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  const last = async (tenant: TestTenant): Promise<Completion> => (await tenant.call(listCompletions, {})).data[0]!;

  it('is settled later when billing can’t be reached at the end', async () => {
    const budget = await f.budget(t.a);
    const body = await f.stream(t.a, 'Hello');
    f.losing = 1;
    await eventsOf(body);
    await eventually(() => f.losing === 0);
    expect(await last(t.a)).toMatchObject({ state: 'completed', settledAt: null });
    await t.database.admin(
      `update agents.completion set ended_at = ended_at - interval '1 minute' where tenant_id = $1`,
      [t.a.id],
    );
    await t.bus.runSchedule('agents.settle-completions');
    expect(await f.settled(t.a, budget)).toBe((await last(t.a)).cost);
    expect((await last(t.a)).settledAt).not.toBeNull();
  });

  it('is counted at its input when the process that made it died, and announced', async () => {
    const budget = await f.budget(t.a);
    const body = await f.stream(t.a, '[[endless]] [[slow 5]]'); // begun, and never read: as if nobody were left
    expect(Number((await f.budgetNow(t.a, budget)).held)).toBeGreaterThan(0);
    await t.database.admin(`update agents.completion set deadline_at = now() - interval '1 s' where tenant_id = $1`, [
      t.a.id,
    ]);
    await t.bus.runSchedule('agents.settle-completions');
    const lost = await last(t.a);
    expect(lost).toMatchObject({ state: 'lost', estimated: true, failure: 'lost', outputTokens: 0 });
    expect(await f.settled(t.a, budget)).toBe(lost.cost);
    expect((await t.outbox()).at(-1)).toMatchObject({ type: 'CompletionEnded', tenantId: t.a.id, state: 'lost' });
    await body[Symbol.asyncIterator]().return?.();
    expect(await f.costOfCalls(t.a)).toBe(lost.cost);
    expect(await f.settled(t.a, budget)).toBe(lost.cost);
  });

  it('costs nothing when it was lost before anything was held, for then no model was asked', async () => {
    const budget = await f.budget(t.a);
    await f.ask(t.a, 'Hello');
    const spent = await f.settled(t.a, budget);
    await t.database.admin(
      `insert into agents.completion select (jsonb_populate_record(c, jsonb_build_object('id', $2::text, 'state', 'open', 'cost_nanos', null,
         'ended_at', null, 'settled_at', null, 'deadline_at', now() - interval '1 s'))).* from agents.completion c where tenant_id = $1`,
      [t.a.id, newId()],
    );
    await t.bus.runSchedule('agents.settle-completions');
    expect(await last(t.a)).toMatchObject({ state: 'lost', cost: '0.00', settledAt: expect.any(Date) });
    expect(await f.settled(t.a, budget)).toBe(spent);
    expect((await t.outbox()).at(-1)).toMatchObject({ type: 'CompletionEnded', state: 'lost', cost: '0.00' });
  });
});
