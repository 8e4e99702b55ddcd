import {
  getBudget,
  getReservation,
  listShadowDenials,
  releaseReservation,
  reserveBudget,
  simulateReservation,
  updateBudget,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { doctor } from '@tenantry/database';
import { BudgetsFixture } from './budgets.fixture.js';

describe('A reservation', () => {
  const f = new BudgetsFixture();
  const { t } = f;
  afterEach(async () => expect([...(await f.discrepancies(t.a.id)), ...(await f.discrepancies(t.b.id))]).toEqual([]));

  it('holds the amount on the named budget and on every ancestor, and on nobody else', async () => {
    const root = await f.create(t.a, { limit: '100' });
    const child = await f.create(t.a, { parentId: root.id });
    const sibling = await f.create(t.a, { parentId: root.id });
    const reservation = await f.reserve(t.a, child, '0.1');
    expect(reservation).toMatchObject({ state: 'held', estimate: '0.10', accounts: [child.id], actual: null });
    expect(reservation.expiresAt.getTime() - reservation.createdAt.getTime()).toBe(300_000);
    const held = async (id: string): Promise<string> => (await t.a.call(getBudget, { budgetId: id })).held;
    expect([await held(root.id), await held(child.id), await held(sibling.id)]).toEqual(['0.10', '0.10', '0.00']);
    expect(await t.a.call(getReservation, { reservationId: reservation.id })).toEqual(reservation);
    await expect(t.b.call(getReservation, { reservationId: reservation.id })).rejects.toBeFault('not-found');
  });

  it('is on all of its budgets or on none', async () => {
    const [roomy, tight] = [await f.create(t.a), await f.create(t.a, { limit: '0.05' })];
    const both = { accounts: [roomy.id, tight.id], estimate: '0.1' };
    await expect(t.a.call(reserveBudget, both)).rejects.toBeFault('budget-refused');
    expect(await t.a.call(getBudget, { budgetId: roomy.id })).toMatchObject({ held: '0.00' });
    expect(await t.a.count('billing.budget_hold')).toBe(0);
  });

  it('that does not fit says which budget refuses, what is left, when it resets and what would fit', async () => {
    const root = await f.create(t.a, { name: 'Company', limit: '1.00' });
    const child = await f.create(t.a, { name: 'Writer', parentId: root.id });
    await f.reserve(t.a, child, '0.7');
    await expect(f.reserve(t.a, child, '0.300000001')).rejects.toMatchObject({
      ...{ reason: 'budget-refused', status: 402 },
      extra: {
        wouldFit: '0.30',
        denials: [
          {
            ...{ budgetId: root.id, name: 'Company', reason: 'exceeded', limit: '1.00', spent: '0.00', held: '0.70' },
            ...{ headroom: '0.30', resetsAt: root.periodEndsAt!.toISOString(), enforced: true },
          },
        ],
      },
    });
    expect(await f.reserve(t.a, child, '0.30')).toMatchObject({ state: 'held' });
  });

  it('is refused for a budget that is unknown or another tenant’s, which look alike', async () => {
    const [own, foreign] = [await f.create(t.a), await f.create(t.b)];
    for (const id of [foreign.id, newId()]) {
      await expect(t.a.call(reserveBudget, { accounts: [own.id, id], estimate: '1' })).rejects.toBeFault('not-found');
    }
    expect(await t.b.count('billing.budget_leg')).toBe(0);
  });

  it('without an estimate is refused unless every budget allows it', async () => {
    const root = await f.create(t.a);
    const child = await f.create(t.a, { parentId: root.id, allowUnknown: true });
    await expect(f.reserve(t.a, child)).rejects.toMatchObject({
      extra: { wouldFit: '10.00', denials: [{ budgetId: root.id, reason: 'price-unknown' }] },
    });
    await t.a.call(updateBudget, { budgetId: root.id, allowUnknown: true });
    expect(await f.reserve(t.a, child)).toMatchObject({ state: 'held', estimate: null });
  });

  it('has the currency of its budgets and an amount that is not negative', async () => {
    const budget = await f.create(t.a, { currency: 'EUR' });
    await expect(f.reserve(t.a, budget, '1')).rejects.toBeFault('invalid-input', { field: 'currency' });
    await expect(f.reserve(t.a, budget, '-1', { currency: 'EUR' })).rejects.toBeFault('invalid-input', {
      field: 'estimate',
    });
    expect(await f.reserve(t.a, budget, '1', { currency: 'EUR' })).toMatchObject({ currency: 'EUR' });
  });

  it('is never refused by a soft budget', async () => {
    const soft = await f.create(t.a, { limit: '1', hard: false });
    await f.spend(t.a, soft, '5');
    expect(await t.a.call(getBudget, { budgetId: soft.id })).toMatchObject({ spent: '5.00', available: '0.00' });
  });

  it('comes once from a request that comes twice with its Idempotency-Key', async () => {
    const budget = await f.create(t.a);
    const facts = { actor: { kind: 'key', id: newId(), role: null } } as const;
    const again = () =>
      t.a.call(reserveBudget, { accounts: [budget.id], estimate: '1' }, facts, { idempotencyKey: 'hold-1' });
    expect(await again()).toEqual(await again());
    expect(await t.a.call(getBudget, { budgetId: budget.id })).toMatchObject({ held: '1.00' });
  });

  it('is given up once, and then all of it is free', async () => {
    const budget = await f.create(t.a);
    const { id: reservationId } = await f.reserve(t.a, budget, '10');
    await expect(t.b.call(releaseReservation, { reservationId })).rejects.toBeFault('not-found');
    expect(await t.a.call(releaseReservation, { reservationId })).toMatchObject({ state: 'released', actual: null });
    await expect(t.a.call(releaseReservation, { reservationId })).rejects.toBeFault('conflict');
    expect(await f.reserve(t.a, budget, '10')).toMatchObject({ state: 'held' });
  });

  it('stops counting when it expires, without anything having run', async () => {
    const root = await f.create(t.a);
    const child = await f.create(t.a, { parentId: root.id });
    const { id: reservationId } = await f.reserve(t.a, child, '10', { expiresIn: 60 });
    await f.pass(t.a, '59 seconds');
    await expect(f.reserve(t.a, child, '1')).rejects.toBeFault('budget-refused');
    await f.pass(t.a, '1 second');
    expect(await t.a.call(getBudget, { budgetId: root.id })).toMatchObject({ held: '0.00', available: '10.00' });
    expect(await t.a.call(getReservation, { reservationId })).toMatchObject({ state: 'expired' });
    expect(await f.reserve(t.a, child, '10')).toMatchObject({ state: 'held' });
  });

  it('that has expired is marked and taken off its budgets by the sweep, one that has not is left', async () => {
    const [mine, foreign] = [await f.create(t.a), await f.create(t.b)];
    const old = [await f.reserve(t.a, mine, '1'), await f.reserve(t.a, mine, '2')];
    await f.pass(t.a, '1 hour');
    const live = [await f.reserve(t.b, foreign, '1'), await f.reserve(t.b, foreign, '2')];
    await t.bus.runSchedule('billing.expire-reservations');
    expect(await t.a.count('billing.budget_leg')).toBe(0);
    expect(await t.b.count('billing.budget_leg')).toBe(live.length);
    const states = await t.database.admin<{ state: string }>(
      'select state from billing.budget_hold where id = any ($1)',
      [[...old, ...live].map(({ id }) => id)],
    );
    expect(states.map(({ state }) => state).sort()).toEqual(['expired', 'expired', 'held', 'held']);
    await expect(f.settle(t.a, old[0]!, '0.5')).resolves.toMatchObject({ state: 'settled', actual: '0.50' });
  });

  it('is decided by a simulation in the same way, which holds nothing', async () => {
    const budget = await f.create(t.a, { limit: '1' });
    const ask = (estimate: string) => t.a.call(simulateReservation, { accounts: [budget.id], estimate });
    expect(await ask('1')).toEqual({ allowed: true, wouldFit: '1.00', denials: [] });
    expect(await ask('1.1')).toMatchObject({ allowed: false, wouldFit: '1.00', denials: [{ reason: 'exceeded' }] });
    await f.reserve(t.a, budget, '0.4', { expiresIn: 60 });
    expect(await ask('0.7')).toMatchObject({ allowed: false, wouldFit: '0.60' });
    await f.pass(t.a, '1 minute');
    expect(await ask('0.7')).toMatchObject({ allowed: true });
    const foreign = t.b.call(simulateReservation, { accounts: [budget.id], estimate: '1' });
    await expect(foreign).rejects.toBeFault('not-found');
  });

  it('is made in shadow mode, with a record of what would have refused it', async () => {
    const strict = await f.create(t.a, { limit: '100' });
    const trial = await f.create(t.a, { limit: '1', shadow: true, parentId: strict.id });
    const reservation = await f.reserve(t.a, trial, '3');
    expect((await t.a.call(listShadowDenials, { budgetId: trial.id })).data).toEqual([
      expect.objectContaining({
        budgetId: trial.id,
        reservationId: reservation.id,
        reason: 'exceeded',
        estimate: '3.00',
        headroom: '1.00',
      }),
    ]);
    expect(await t.a.call(listShadowDenials, { budgetId: strict.id })).toBeEmptyPage();
    expect(await t.b.call(listShadowDenials, {})).toBeEmptyPage();
    expect(await t.a.call(simulateReservation, { accounts: [trial.id], estimate: '1' })).toMatchObject({
      ...{ allowed: true, wouldFit: '97.00' },
      denials: [{ budgetId: trial.id, enforced: false }],
    });
  });

  it('is kept in tables that let nothing out', async () => {
    expect(await doctor(t.database.adminUrl)).toEqual([]);
  });
});
