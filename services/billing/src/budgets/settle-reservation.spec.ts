import { getBudget, listOverspends, settleReservation, updateBudget } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { BudgetsFixture } from './budgets.fixture.js';

describe('Settling a reservation', () => {
  const f = new BudgetsFixture();
  const { t } = f;
  afterEach(async () => expect([...(await f.discrepancies(t.a.id)), ...(await f.discrepancies(t.b.id))]).toEqual([]));
  const now = (id: string) => t.a.call(getBudget, { budgetId: id });
  const alerts = async () =>
    (await t.outbox())
      .filter(({ type }) => type === 'BudgetThresholdReached')
      .map(({ budgetId, percent }) => [budgetId, percent]);

  it('counts what it cost on every level, to the nano, and frees the rest', async () => {
    const root = await f.create(t.a);
    const child = await f.create(t.a, { parentId: root.id });
    const settled = await f.settle(t.a, await f.reserve(t.a, child, '1'), '0.0000027');
    expect(settled).toMatchObject({ state: 'settled', estimate: '1.00', actual: '0.0000027' });
    for (const { id } of [root, child]) {
      expect(await now(id)).toMatchObject({ spent: '0.0000027', held: '0.00', available: '9.9999973' });
    }
    expect(await t.a.call(listOverspends, {})).toBeEmptyPage();
  });

  it('happens once, also when two settle at the same time', async () => {
    const budget = await f.create(t.a);
    const reservation = await f.reserve(t.a, budget, '1');
    const tries = await Promise.allSettled([f.settle(t.a, reservation, '1'), f.settle(t.a, reservation, '1')]);
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(f.settle(t.a, reservation, '1')).rejects.toBeFault('conflict');
    expect(await now(budget.id)).toMatchObject({ spent: '1.00' });
  });

  it('comes once from a request that comes twice with its Idempotency-Key, and so does its alert', async () => {
    const budget = await f.create(t.a);
    const { id: reservationId } = await f.reserve(t.a, budget, '6');
    const facts = { actor: { kind: 'key', id: newId(), role: null } } as const;
    const again = () =>
      t.a.call(settleReservation, { reservationId, actual: '6' }, facts, { idempotencyKey: 'settle-1' });
    expect(await again()).toEqual(await again());
    expect(await now(budget.id)).toMatchObject({ spent: '6.00', held: '0.00' });
    expect(await alerts()).toEqual([[budget.id, 50]]);
  });

  it('of another tenant’s reservation is like settling none', async () => {
    const reservation = await f.reserve(t.a, await f.create(t.a), '1');
    await expect(f.settle(t.b, reservation, '1')).rejects.toBeFault('not-found');
    await expect(t.b.call(settleReservation, { reservationId: newId(), actual: '1' })).rejects.toBeFault('not-found');
  });

  it('above the hold is counted, listed, and within the limit blocks nothing', async () => {
    const budget = await f.create(t.a);
    const reservation = await f.reserve(t.a, budget, '1');
    await f.settle(t.a, reservation, '1.3');
    expect((await t.a.call(listOverspends, { budgetId: budget.id })).data).toEqual([
      expect.objectContaining({ reservationId: reservation.id, held: '1.00', actual: '1.30', overLimit: '0.00' }),
    ]);
    expect(await t.b.call(listOverspends, {})).toBeEmptyPage();
    expect(await now(budget.id)).toMatchObject({ spent: '1.30', blocked: false });
  });

  it('above the limit blocks the budget until it is raised', async () => {
    const budget = await f.create(t.a);
    const [large, small] = [await f.reserve(t.a, budget, '9'), await f.reserve(t.a, budget, '1')];
    await f.settle(t.a, large, '9.5');
    expect((await t.a.call(listOverspends, {})).data).toEqual([expect.objectContaining({ overLimit: '0.50' })]);
    await f.settle(t.a, small, '0'); // room again, and yet
    await expect(f.reserve(t.a, budget, '0.1')).rejects.toMatchObject({
      extra: { wouldFit: '0.00', denials: [{ reason: 'blocked' }] },
    });
    await t.a.call(updateBudget, { budgetId: budget.id, limit: '11' });
    expect(await f.reserve(t.a, budget, '0.1')).toMatchObject({ state: 'held' });
  });

  it('after the hold has expired counts all the same, and is an overspend where its place was given away', async () => {
    const budget = await f.create(t.a);
    const late = await f.reserve(t.a, budget, '10', { expiresIn: 60 });
    await f.pass(t.a, '1 minute');
    await f.spend(t.a, budget, '8');
    await f.settle(t.a, late, '10');
    expect(await now(budget.id)).toMatchObject({ spent: '18.00', held: '0.00', blocked: true });
    expect((await t.a.call(listOverspends, {})).data).toEqual([
      expect.objectContaining({ reservationId: late.id, held: '0.00', actual: '10.00', overLimit: '8.00' }),
    ]);
  });

  it('alerts once for each percentage and period, in the same commit', async () => {
    const root = await f.create(t.a, { limit: '100', alertPercents: [90] });
    const child = await f.create(t.a, { parentId: root.id, period: 'day' });
    await f.spend(t.a, child, '4.99');
    expect(await alerts()).toEqual([]);
    await f.spend(t.a, child, '3.01');
    await f.spend(t.a, child, '1');
    expect(await alerts()).toEqual([
      [child.id, 50],
      [child.id, 80],
    ]);
    await f.pass(t.a, '1 day');
    await f.spend(t.a, child, '5');
    expect(await alerts()).toEqual([
      [child.id, 50],
      [child.id, 80],
      [child.id, 50],
    ]);
  });

  it('alerts as well when the limit is lowered to what is spent', async () => {
    const budget = await f.create(t.a);
    await f.spend(t.a, budget, '4');
    await t.a.call(updateBudget, { budgetId: budget.id, limit: '5' });
    expect(await alerts()).toEqual([
      [budget.id, 50],
      [budget.id, 80],
    ]);
  });
});

describe('A new period', () => {
  const f = new BudgetsFixture();
  const { t } = f;
  const now = (id: string) => t.a.call(getBudget, { budgetId: id });

  it('begins by itself, in reads and for reservations, and opens what was blocked', async () => {
    const budget = await f.create(t.a, { period: 'day' });
    await f.settle(t.a, await f.reserve(t.a, budget, '10'), '11');
    await expect(f.reserve(t.a, budget, '1')).rejects.toBeFault('budget-refused');
    await f.pass(t.a, '1 day');
    expect(await now(budget.id)).toMatchObject({ spent: '0.00', carried: '0.00', available: '10.00', blocked: false });
    expect(await now(budget.id)).toMatchObject({
      periodStartsAt: budget.periodStartsAt,
      periodEndsAt: budget.periodEndsAt,
    });
    expect(await f.reserve(t.a, budget, '10')).toMatchObject({ state: 'held' });
    expect(await now(budget.id)).toMatchObject({ spent: '0.00', held: '10.00' });
  });

  it('keeps what is held, and counts it where it is settled', async () => {
    const budget = await f.create(t.a, { period: 'day' });
    const held = await f.reserve(t.a, budget, '6', { expiresIn: 86_400 });
    await t.database.admin(
      `update billing.budget set period_starts_at = period_starts_at - interval '1 day', period_ends_at = period_starts_at where id = $1`,
      [budget.id],
    );
    await expect(f.reserve(t.a, budget, '5')).rejects.toBeFault('budget-refused');
    await f.settle(t.a, held, '6');
    expect(await now(budget.id)).toMatchObject({ spent: '6.00', held: '0.00' });
  });

  it.each([
    ['1 day', '3', '7.00'],
    ['1 day', '10', '0.00'],
    ['3 days', '3', '10.00'],
  ])(
    'after %s carries over what was left of the one before, at most one limit (%s spent)',
    async (passed, spent, carried) => {
      const budget = await f.create(t.a, { period: 'day', rollover: true });
      await f.spend(t.a, budget, spent);
      await f.pass(t.a, passed);
      const read = await now(budget.id);
      expect(read).toMatchObject({ carried, spent: '0.00' });
      await f.reserve(t.a, budget, read.available);
      expect(await now(budget.id)).toMatchObject({ carried, available: '0.00' });
    },
  );

  it('never comes for a budget in total', async () => {
    const budget = await f.create(t.a, { period: 'total' });
    await f.spend(t.a, budget, '3');
    await f.pass(t.a, '10 years');
    expect(await now(budget.id)).toMatchObject({ spent: '3.00', periodEndsAt: null });
  });
});
