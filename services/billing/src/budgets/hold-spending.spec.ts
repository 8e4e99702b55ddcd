import {
  closeBudget,
  getBudget,
  holdSpending,
  listOverspends,
  settleSpending,
  type Budget,
  type SpendingHold,
} from '@tenantry/contracts';
import { Fault, newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { BudgetsFixture, service } from './budgets.fixture.js';

describe('HoldSpending', () => {
  const f = new BudgetsFixture();
  const { t } = f;

  const hold = (tenant: TestTenant, more: object = {}): Promise<SpendingHold> =>
    tenant.call(
      holdSpending,
      { holdId: newId(), scopes: [], most: '4.00', least: '1.00', expiresIn: 60, ...more },
      service,
    );
  const settle = (tenant: TestTenant, holdId: string, actual: string) =>
    tenant.call(settleSpending, { holdId, actual }, service);
  const now = (tenant: TestTenant, { id }: Budget): Promise<Budget> => tenant.call(getBudget, { budgetId: id });

  it('holds on the tenant’s own budget, on each named scope and on their ancestors, and on nobody else’s', async () => {
    const everything = await f.create(t.a);
    const team = await f.create(t.a, { scope: { kind: 'team', id: 'support' } });
    const agent = await f.create(t.a, { parentId: team.id, scope: { kind: 'agent', id: 'agent-1' } });
    const other = await f.create(t.a, { scope: { kind: 'agent', id: 'agent-2' } });
    const foreign = await f.create(t.b, { scope: { kind: 'agent', id: 'agent-1' } });
    await hold(t.a, { scopes: [{ kind: 'agent', id: 'agent-1' }] });
    for (const budget of [everything, team, agent]) expect(await now(t.a, budget)).toMatchObject({ held: '4.00' });
    expect(await now(t.a, other)).toMatchObject({ held: '0.00' });
    expect(await now(t.b, foreign)).toMatchObject({ held: '0.00' });
  });

  it('holds exactly what is left when that is enough, and refuses when it is not, saying what would fit', async () => {
    const budget = await f.create(t.a, { limit: '6.50' });
    expect(await hold(t.a)).toMatchObject({ held: '4.00' });
    expect(await hold(t.a)).toMatchObject({ held: '2.50' });
    await expect(hold(t.a)).rejects.toMatchObject({ reason: 'budget-refused', extra: { wouldFit: '0.00' } });
    expect(await now(t.a, budget)).toMatchObject({ held: '6.50', available: '0.00' });
  });

  it('lets a tenant without a budget spend nothing', async () => {
    await f.create(t.b);
    await expect(hold(t.a)).rejects.toBeFault('budget-refused');
    const closed = await f.create(t.a);
    await t.a.call(closeBudget, { budgetId: closed.id });
    await expect(hold(t.a)).rejects.toBeFault('budget-refused');
  });

  it('never holds more than the limit, however many ask at once', async () => {
    const budget = await f.create(t.a, { limit: '20.50' });
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => hold(t.a)));
    const refused = outcomes.filter((one) => one.status === 'rejected');
    expect(refused.every(({ reason }) => reason instanceof Fault && reason.reason === 'budget-refused')).toBe(true);
    const { held } = await now(t.a, budget);
    expect(Number(held)).toBeLessThanOrEqual(20.5);
    expect(Number(held)).toBeGreaterThan(19.5); // less than `least` was left for nobody
    expect(await f.discrepancies(t.a.id)).toEqual([]);
  });

  it('counts what it cost once, however often it is told, and frees the rest', async () => {
    const budget = await f.create(t.a);
    const holdId = newId();
    await hold(t.a, { holdId });
    expect(await settle(t.a, holdId, '0.0000027')).toEqual({ counted: true, actual: '0.0000027' });
    expect(await settle(t.a, holdId, '3.00')).toEqual({ counted: false, actual: '0.0000027' });
    expect(await now(t.a, budget)).toMatchObject({ spent: '0.0000027', held: '0.00' });
  });

  it('does not take a deadlock for a hold that ended before: the cost is counted when it is told again', async () => {
    const budget = await f.create(t.a);
    const holdId = newId();
    await hold(t.a, { holdId });
    await t.database.admin(`create function billing.fail() returns trigger language plpgsql
      as $$ begin raise exception 'deadlock detected' using errcode = '40P01'; end $$`);
    await t.database.admin(
      'create trigger fail before update on billing.budget_hold for each row execute function billing.fail()',
    );
    await expect(
      settle(t.a, holdId, '1.00').finally(() => t.database.admin('drop function billing.fail cascade')),
    ).rejects.toBeFault('conflict');
    expect(await settle(t.a, holdId, '1.00')).toEqual({ counted: true, actual: '1.00' });
    expect(await now(t.a, budget)).toMatchObject({ spent: '1.00', held: '0.00' });
  });

  it('counts a cost beyond what was held, and lists it', async () => {
    const budget = await f.create(t.a);
    const holdId = newId();
    await hold(t.a, { holdId });
    await settle(t.a, holdId, '4.50');
    expect(await now(t.a, budget)).toMatchObject({ spent: '4.50' });
    expect((await t.a.call(listOverspends, {})).data).toMatchObject([{ held: '4.00', actual: '4.50' }]);
  });

  it('knows no hold of another tenant', async () => {
    const budget = await f.create(t.a);
    const holdId = newId();
    await hold(t.a, { holdId });
    expect(await settle(t.b, holdId, '1.00')).toEqual({ counted: false, actual: null });
    expect(await now(t.a, budget)).toMatchObject({ spent: '0.00', held: '4.00' });
  });

  it('answers no other service', async () => {
    await f.create(t.a);
    const request = { holdId: newId(), scopes: [], most: '4.00', least: '1.00', expiresIn: 60 };
    await expect(t.a.call(holdSpending, request, {}, { issuer: 'gateway' })).rejects.toBeFault('forbidden');
    await expect(
      t.a.call(settleSpending, { holdId: newId(), actual: '1.00' }, {}, { issuer: 'gateway' }),
    ).rejects.toBeFault('forbidden');
  });
});
