import {
  BudgetThresholdReached,
  createBudget,
  getBudget,
  getReservation,
  holdSpending,
  listOverspends,
  releaseReservation,
  settleSpendings,
  splitSpending,
  type Budget,
  type SettledSpending,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { BudgetsFixture, service } from './budgets.fixture.js';

describe('SettleSpendings', () => {
  const f = new BudgetsFixture();
  const { t } = f;
  afterEach(async () => {
    for (const { id } of [t.a, t.b]) expect(await f.discrepancies(id)).toEqual([]);
  });

  const hold = async (
    tenant: TestTenant,
    most: string,
    scopes: { kind: string; id: string }[] = [],
  ): Promise<string> => {
    const holdId = newId();
    await tenant.call(holdSpending, { holdId, scopes, most, least: most, expiresIn: 600 }, service);
    return holdId;
  };
  const holds = (tenant: TestTenant, count: number, most: string): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, () => hold(tenant, most)));
  const settle = async (tenant: TestTenant, ...costs: [string, string][]): Promise<SettledSpending[]> => {
    const settlements = costs.map(([holdId, actual]) => ({ holdId, actual }));
    return (await tenant.call(settleSpendings, { settlements }, service)).settled;
  };
  const now = ({ id }: Budget, tenant = t.a): Promise<Budget> => tenant.call(getBudget, { budgetId: id });

  it('counts each on all of its budgets, frees the rest, and answers in the order of the request', async () => {
    const all = await f.create(t.a, { limit: '10.00' });
    const agent = { kind: 'agent', id: newId() };
    const own = await t.a.call(createBudget, { name: 'Own', limit: '5.00', scope: agent });
    const [one, two, three] = [await hold(t.a, '1.00', [agent]), await hold(t.a, '1.00'), await hold(t.a, '1.00')];
    expect(await settle(t.a, [two, '0.20'], [one, '0.10'])).toEqual([
      { counted: true, actual: '0.20' },
      { counted: true, actual: '0.10' },
    ]);
    expect(await now(all)).toMatchObject({ held: '1.00', spent: '0.30' });
    expect(await now(own)).toMatchObject({ held: '0.00', spent: '0.10' });
    expect(await t.a.call(getReservation, { reservationId: three })).toMatchObject({ state: 'held' });
  });

  it('settles all that are alike in one moment, under one look at their budgets', async () => {
    await f.create(t.a, { limit: '10.00' });
    const ids = await holds(t.a, 5, '1.00');
    await settle(t.a, ...ids.map((id): [string, string] => [id, '0.25']));
    const moments = 'select distinct ended_at from billing.budget_hold where tenant_id = $1 and id = any ($2)';
    expect(await t.database.admin(moments, [t.a.id, ids])).toEqual([{ ended_at: expect.any(Date) }]);
  });

  it('counts once what is told again, however often, in one request or at the same time', async () => {
    const budget = await f.create(t.a, { limit: '10.00' });
    const ids = await holds(t.a, 8, '1.00');
    const costs = ids.map((id): [string, string] => [id, '0.25']);
    const told = await Promise.all([settle(t.a, ...costs), settle(t.a, ...costs.toReversed()), settle(t.a, ...costs)]);
    expect(told.flat().filter(({ counted }) => counted)).toHaveLength(8);
    expect(told.flat().every(({ actual }) => actual === '0.25')).toBe(true);
    const [again] = await holds(t.a, 1, '1.00');
    expect(await settle(t.a, [again!, '0.50'], [again!, '0.75'])).toEqual([
      { counted: true, actual: '0.50' },
      { counted: true, actual: '0.50' },
    ]);
    expect(await now(budget)).toMatchObject({ held: '0.00', spent: '2.50' });
  });

  it('settles beside others what was released, was never held, or is another tenant’s, at what counts for it', async () => {
    const [budget, other] = [await f.create(t.a), await f.create(t.b)];
    const [plain, released] = (await holds(t.a, 2, '1.00')) as [string, string];
    const [foreign] = (await holds(t.b, 1, '1.00')) as [string];
    await t.a.call(releaseReservation, { reservationId: released });
    const told = await settle(t.a, [released, '0.50'], [newId(), '0.50'], [foreign, '0.50'], [plain, '0.50']);
    expect(told).toEqual([
      { counted: false, actual: '0.00' },
      { counted: false, actual: null },
      { counted: false, actual: null },
      { counted: true, actual: '0.50' },
    ]);
    expect(await now(budget)).toMatchObject({ held: '0.00', spent: '0.50' });
    expect(await now(other, t.b)).toMatchObject({ held: '1.00', spent: '0.00' });
  });

  it('records what costs more than was held, and blocks the budget that it exceeds', async () => {
    const budget = await f.create(t.a, { limit: '2.00' });
    const [over, plain] = (await holds(t.a, 2, '1.00')) as [string, string];
    await settle(t.a, [plain, '1.00'], [over, '1.50']);
    expect(await now(budget)).toMatchObject({ held: '0.00', spent: '2.50', blocked: true });
    const { data } = await t.a.call(listOverspends, { budgetId: budget.id });
    expect(data).toMatchObject([{ held: '1.00', actual: '1.50', overLimit: '0.50' }]);
  });

  it('announces every threshold that is reached, once, in the commit that reaches it', async () => {
    await f.create(t.a, { limit: '4.00', alertPercents: [50, 75] });
    const ids = await holds(t.a, 4, '1.00');
    await settle(t.a, ...ids.map((id): [string, string] => [id, '1.00']));
    const reached = (await t.outbox()).filter(({ type }) => type === BudgetThresholdReached.event.name);
    expect(reached.map(({ percent }) => percent)).toEqual([50, 75]);
  });

  it('gives back to a whole what its part did not cost, beside holds that are no parts', async () => {
    const budget = await f.create(t.a, { limit: '5.00' });
    const [whole, plain] = (await holds(t.a, 2, '1.00')) as [string, string];
    const part = newId();
    const wish = { holdId: part, wholeId: whole, scopes: [], most: '0.40', least: '0.40', expiresIn: 60 };
    await t.a.call(splitSpending, wish, service);
    await settle(t.a, [part, '0.15'], [plain, '0.30']);
    expect(await t.a.call(getReservation, { reservationId: whole })).toMatchObject({ estimate: '0.85' });
    expect(await now(budget)).toMatchObject({ held: '0.85', spent: '0.45' });
  });

  it('counts in the period that is when calls of an earlier one are settled, and what expired meanwhile holds nothing', async () => {
    const budget = await f.create(t.a, { limit: '5.00', period: 'day' });
    const [old] = (await holds(t.a, 1, '1.00')) as [string];
    await f.pass(t.a, '2 days');
    const [fresh] = (await holds(t.a, 1, '1.00')) as [string];
    await settle(t.a, [fresh, '0.20'], [old, '0.30']);
    expect(await now(budget)).toMatchObject({ held: '0.00', spent: '0.50' });
  });
});
