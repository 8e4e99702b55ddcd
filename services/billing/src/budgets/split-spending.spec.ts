import {
  createBudget,
  getBudget,
  getReservation,
  holdSpending,
  listOverspends,
  releaseReservation,
  settleSpending,
  splitSpending,
  type Budget,
  type SpendingHold,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { BudgetsFixture, service } from './budgets.fixture.js';

describe('SplitSpending', () => {
  const f = new BudgetsFixture();
  const { t } = f;
  afterEach(async () => {
    for (const { id } of [t.a, t.b]) expect(await f.discrepancies(id)).toEqual([]);
  });

  const hold = async (tenant: TestTenant, most: string): Promise<string> => {
    const holdId = newId();
    await tenant.call(holdSpending, { holdId, scopes: [], most, least: most, expiresIn: 600 }, service);
    return holdId;
  };
  const split = (wholeId: string, more: object = {}, tenant = t.a): Promise<SpendingHold> =>
    tenant.call(
      splitSpending,
      { holdId: newId(), wholeId, scopes: [], most: '0.40', least: '0.10', expiresIn: 60, ...more },
      service,
    );
  const settle = (holdId: string, actual: string) => t.a.call(settleSpending, { holdId, actual }, service);
  const now = ({ id }: Budget): Promise<Budget> => t.a.call(getBudget, { budgetId: id });

  it('takes from the whole what nobody else could have, though the budget has nothing left', async () => {
    const budget = await f.create(t.a, { limit: '1.00' });
    const whole = await hold(t.a, '1.00');
    await expect(hold(t.a, '0.01')).rejects.toBeFault('budget-refused');
    const part = newId();
    expect(await split(whole, { holdId: part })).toMatchObject({ held: '0.40' });
    expect(await now(budget)).toMatchObject({ held: '1.00', spent: '0.00' });
    await settle(part, '0.15');
    expect(await now(budget)).toMatchObject({ held: '0.85', spent: '0.15' });
    expect(await t.a.call(getReservation, { reservationId: whole })).toMatchObject({ estimate: '0.85' });
  });

  it('takes what is left when that is enough, and nothing when it is not, saying what would fit', async () => {
    const budget = await f.create(t.a, { limit: '5.00' });
    const whole = await hold(t.a, '0.55');
    expect([(await split(whole)).held, (await split(whole)).held]).toEqual(['0.40', '0.15']);
    await expect(split(whole)).rejects.toMatchObject({ reason: 'budget-refused', extra: { wouldFit: '0.00' } });
    expect(await now(budget)).toMatchObject({ held: '0.55' });
  });

  it('never takes more than the whole has, however many want a part at once', async () => {
    const budget = await f.create(t.a, { limit: '5.00' });
    const whole = await hold(t.a, '3.00');
    const parts = Array.from({ length: 40 }, () => newId());
    const outcomes = await Promise.allSettled(parts.map((holdId) => split(whole, { holdId, least: '0.20' })));
    for (const one of outcomes) if (one.status === 'rejected') expect(one.reason).toBeFault('budget-refused');
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(8); // seven whole parts, and what is left
    await Promise.all(parts.map((holdId) => settle(holdId, '0.20')));
    expect(await now(budget)).toMatchObject({ spent: '1.60', held: '1.40' });
    expect((await t.a.call(listOverspends, {})).data).toEqual([]);
  });

  it('holds anew on budgets that the whole is not held on: as much as these have, or nothing anywhere', async () => {
    const everything = await f.create(t.a, { limit: '5.00' });
    const scope = { kind: 'agent', id: 'scribe' };
    const agent = await f.create(t.a, { limit: '0.25', scope });
    const whole = await hold(t.a, '1.00');
    expect(await split(whole, { scopes: [scope] })).toMatchObject({ held: '0.25' });
    expect([await now(everything), await now(agent)]).toMatchObject([{ held: '1.00' }, { held: '0.25' }]);
    await expect(split(whole, { scopes: [scope] })).rejects.toBeFault('budget-refused');
    expect(await t.a.call(getReservation, { reservationId: whole })).toMatchObject({ estimate: '0.75' });
    await t.a.call(createBudget, { name: 'Newer, for everything', limit: '0.30' });
    expect(await split(whole)).toMatchObject({ held: '0.30' });
  });

  it('never holds anew in the place of a whole that has ended, or of another tenant’s', async () => {
    await f.create(t.b, { limit: '5.00' });
    const budget = await f.create(t.a, { limit: '5.00' });
    const [released, expired] = [await hold(t.a, '1.00'), await hold(t.a, '1.00')];
    await expect(split(released, {}, t.b)).rejects.toBeFault('budget-refused');
    await t.a.call(releaseReservation, { reservationId: released });
    await f.pass(t.a, '1 hour');
    for (const whole of [released, expired, newId()]) await expect(split(whole)).rejects.toBeFault('budget-refused');
    expect(await now(budget)).toMatchObject({ held: '0.00', spent: '0.00' });
  });

  it('answers no other service', async () => {
    await f.create(t.a);
    const request = {
      holdId: newId(),
      wholeId: await hold(t.a, '1.00'),
      scopes: [],
      most: '0.40',
      least: '0.10',
      expiresIn: 60,
    };
    await expect(t.a.call(splitSpending, request, {}, { issuer: 'gateway' })).rejects.toBeFault('forbidden');
  });
});
