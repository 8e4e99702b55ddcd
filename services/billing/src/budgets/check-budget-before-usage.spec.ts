import {
  checkBudgetBeforeUsage,
  getBudget,
  getReservation,
  listOverspends,
  logApiUsageAndUpdateBudget,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { BudgetsFixture } from './budgets.fixture.js';

describe('Budgets as database functions', () => {
  const f = new BudgetsFixture();
  const { t } = f;
  afterEach(async () => expect(await f.discrepancies(t.a.id)).toEqual([]));
  const check = (cost: number, more: object = {}) =>
    t.a.call(checkBudgetBeforeUsage, { estimated_cost: cost, ...more });
  const log = (cost: number, more: object = {}) =>
    t.a.call(logApiUsageAndUpdateBudget, { service_name: 'openai', cost, ...more });

  it('check what applies: the budgets for everything, and the agent’s own', async () => {
    await f.create(t.a, { limit: '10' });
    await f.create(t.a, { limit: '1', scope: { kind: 'agent', id: 'writer' } });
    await f.create(t.a, { limit: '0', scope: { kind: 'agent', id: 'another' } });
    expect(await check(5)).toEqual({ allowed: true, remaining: '10.00', reason: null });
    expect(await check(5, { agent_id: 'writer' })).toEqual({ allowed: false, remaining: '1.00', reason: 'exceeded' });
  });

  it('count what was spent on all of them, exactly, with what it was for', async () => {
    const all = await f.create(t.a, { limit: '10' });
    const own = await f.create(t.a, { limit: '1', scope: { kind: 'agent', id: 'writer' } });
    const logged = await log(0.0000027, { agent_id: 'writer', description: 'Drafts', company_id: t.a.id });
    expect(logged).toMatchObject({ cost: '0.0000027', remaining: '0.9999973' });
    for (const { id: budgetId } of [all, own]) {
      expect(await t.a.call(getBudget, { budgetId })).toMatchObject({ spent: '0.0000027', held: '0.00' });
    }
    expect(await t.a.call(getReservation, { reservationId: logged.usage_id })).toMatchObject({
      ...{ state: 'settled', purpose: { service: 'openai', agentId: 'writer', description: 'Drafts' } },
    });
    await expect(t.b.call(getReservation, { reservationId: logged.usage_id })).rejects.toBeFault('not-found');
  });

  it('count truthfully what exceeds the limit, list it, alert and refuse what comes after', async () => {
    const { id: budgetId } = await f.create(t.a, { limit: '1' });
    expect(await log(1.5)).toMatchObject({ remaining: '0.00' });
    expect(await t.a.call(getBudget, { budgetId })).toMatchObject({ spent: '1.50', blocked: true });
    expect((await t.a.call(listOverspends, {})).data).toEqual([
      expect.objectContaining({ held: '1.00', actual: '1.50', overLimit: '0.50' }),
    ]);
    expect(await check(0.01)).toEqual({ allowed: false, remaining: '0.00', reason: 'blocked' });
    const alerts = (await t.outbox()).filter(({ type }) => type === 'BudgetThresholdReached');
    expect(alerts.map(({ percent }) => percent)).toEqual([50, 80, 100]);
  });

  it('say so where there is no budget, and know no other tenant', async () => {
    await f.create(t.b, { limit: '10' });
    expect(await check(1)).toEqual({ allowed: false, remaining: null, reason: 'no-budget' });
    await expect(log(1)).rejects.toBeFault('conflict');
    for (const company_id of [t.b.id, newId()]) {
      await expect(check(1, { company_id })).rejects.toBeFault('not-found');
      await expect(log(1, { company_id })).rejects.toBeFault('not-found');
    }
  });

  it('count once what comes twice with its Idempotency-Key', async () => {
    const { id: budgetId } = await f.create(t.a);
    const facts = { actor: { kind: 'key', id: newId(), role: null } } as const;
    const again = () =>
      t.a.call(logApiUsageAndUpdateBudget, { service_name: 'openai', cost: 1 }, facts, { idempotencyKey: 'log-1' });
    expect(await again()).toEqual(await again());
    expect(await t.a.call(getBudget, { budgetId })).toMatchObject({ spent: '1.00' });
  });

  it.each([-1, 0.0000000001, 1e9])('refuse a cost of %s', async (cost) => {
    await f.create(t.a);
    await expect(log(cost)).rejects.toBeFault('invalid-input', { field: 'cost' });
  });
});
