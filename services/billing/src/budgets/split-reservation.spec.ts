import {
  closeBudget,
  getBudget,
  getReservation,
  listOverspends,
  releaseReservation,
  splitReservation,
  type Reservation,
  type SplitReservationRequest,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { BudgetsFixture } from './budgets.fixture.js';

describe('A part of a reservation', () => {
  const f = new BudgetsFixture();
  const { t } = f;
  afterEach(async () => {
    for (const { id } of [t.a, t.b]) expect(await f.discrepancies(id)).toEqual([]);
  });
  const split = (
    { id }: Pick<Reservation, 'id'>,
    estimate: string,
    more: Partial<SplitReservationRequest> = {},
    tenant: TestTenant = t.a,
  ): Promise<Reservation> => tenant.call(splitReservation, { reservationId: id, estimate, ...more });
  const held = async (budgetId: string): Promise<string> => (await t.a.call(getBudget, { budgetId })).held;
  const estimateOf = async ({ id }: Reservation): Promise<string | null | undefined> =>
    (await t.a.call(getReservation, { reservationId: id })).estimate;
  const release = ({ id }: Reservation) => t.a.call(releaseReservation, { reservationId: id });

  it('is held on the budgets of the whole, which hold no more than before', async () => {
    const root = await f.create(t.a, { limit: '1.00' });
    const leaf = await f.create(t.a, { limit: '1.00', parentId: root.id });
    const whole = await f.reserve(t.a, leaf, '1.00', { expiresIn: 60 });
    const part = await split(whole, '0.40', { purpose: { agentId: 'scribe' } });
    expect(part).toMatchObject({
      ...{ state: 'held', estimate: '0.40', parentId: whole.id, accounts: [leaf.id], currency: 'USD' },
      ...{ expiresAt: whole.expiresAt, purpose: { agentId: 'scribe' } },
    });
    expect(await t.a.call(getReservation, { reservationId: part.id })).toEqual(part);
    expect([await estimateOf(whole), await held(root.id), await held(leaf.id)]).toEqual(['0.60', '1.00', '1.00']);
    await expect(f.reserve(t.a, leaf, '0.01')).rejects.toBeFault('budget-refused');
  });

  it('gives back to the whole what it does not spend, and is counted itself', async () => {
    const budget = await f.create(t.a, { limit: '1.00' });
    const whole = await f.reserve(t.a, budget, '1.00');
    const [one, two] = [await split(whole, '0.40'), await split(whole, '0.30')];
    expect(await f.settle(t.a, one, '0.15')).toMatchObject({ state: 'settled', parentId: whole.id, actual: '0.15' });
    expect([await estimateOf(whole), await held(budget.id)]).toEqual(['0.55', '0.85']);
    await release(two);
    expect([await estimateOf(whole), await held(budget.id)]).toEqual(['0.85', '0.85']);
    await f.settle(t.a, whole, '0.85');
    expect(await t.a.call(getBudget, { budgetId: budget.id })).toMatchObject({ spent: '1.00', held: '0.00' });
    expect((await t.a.call(listOverspends, {})).data).toEqual([]);
  });

  it('is split in turn, and gives back a step at a time', async () => {
    const budget = await f.create(t.a, { limit: '1.00' });
    const whole = await f.reserve(t.a, budget, '1.00');
    const part = await split(whole, '0.50');
    const grain = await split(part, '0.20');
    await f.settle(t.a, grain, '0.05');
    expect([await estimateOf(part), await estimateOf(whole)]).toEqual(['0.45', '0.50']);
    await release(part);
    expect([await estimateOf(whole), await held(budget.id)]).toEqual(['0.95', '0.95']);
  });

  it('frees what it does not spend for all when the whole has ended, and outlives it', async () => {
    const budget = await f.create(t.a, { limit: '1.00' });
    const whole = await f.reserve(t.a, budget, '1.00');
    const part = await split(whole, '0.40');
    await f.settle(t.a, whole, '0.10');
    expect(await held(budget.id)).toBe('0.40');
    await f.settle(t.a, part, '0.10');
    expect(await t.a.call(getBudget, { budgetId: budget.id })).toMatchObject({ spent: '0.20', held: '0.00' });
  });

  it('lasts no longer than the whole, and what it held when it expired is free for all', async () => {
    const budget = await f.create(t.a, { limit: '1.00' });
    const whole = await f.reserve(t.a, budget, '1.00', { expiresIn: 600 });
    const [long, short] = [
      await split(whole, '0.20', { expiresIn: 3_600 }),
      await split(whole, '0.30', { expiresIn: 60 }),
    ];
    expect(long.expiresAt).toEqual(whole.expiresAt);
    expect(short.expiresAt!.getTime()).toBeLessThan(whole.expiresAt!.getTime());
    await f.pass(t.a, '5 minutes');
    expect(await held(budget.id)).toBe('0.70');
    await f.settle(t.a, short, '0.10'); // late: counted, and nothing goes back to the whole
    expect([await estimateOf(whole), await held(budget.id)]).toEqual(['0.50', '0.70']);
    await f.pass(t.a, '10 minutes');
    await expect(split(whole, '0.01')).rejects.toBeFault('conflict');
  });

  it('is held on other budgets as well if they have room, or not made at all', async () => {
    const [root, own] = [await f.create(t.a, { limit: '1.00' }), await f.create(t.a, { limit: '0.25' })];
    const whole = await f.reserve(t.a, root, '1.00');
    const refused = split(whole, '0.30', { accounts: [own.id] });
    await expect(refused).rejects.toMatchObject({
      extra: { wouldFit: '0.25', denials: [{ budgetId: own.id, reason: 'exceeded' }] },
    });
    expect([await estimateOf(whole), await held(own.id)]).toEqual(['1.00', '0.00']);
    const part = await split(whole, '0.25', { accounts: [own.id, root.id] });
    expect(part.accounts.toSorted()).toEqual([own.id, root.id].toSorted());
    expect([await held(own.id), await held(root.id)]).toEqual(['0.25', '1.00']);
    await f.settle(t.a, part, '0.05');
    expect(await t.a.call(getBudget, { budgetId: own.id })).toMatchObject({ spent: '0.05', held: '0.00' });
    expect([await estimateOf(whole), await held(root.id)]).toEqual(['0.95', '0.95']);
    await t.a.call(closeBudget, { budgetId: own.id });
    await expect(split(whole, '0.01', { accounts: [own.id] })).rejects.toBeFault('budget-refused');
  });

  it('is never more than the whole has, whoever else splits or spends it meanwhile', async () => {
    const budget = await f.create(t.a, { limit: '1.00' });
    const whole = await f.reserve(t.a, budget, '1.00');
    const tries = await Promise.allSettled(Array.from({ length: 30 }, () => split(whole, '0.10')));
    const parts = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(parts).toHaveLength(10);
    await expect(split(whole, '0.01')).rejects.toMatchObject({ reason: 'budget-refused', extra: { wouldFit: '0.00' } });
    await Promise.all([...parts.map((part) => f.settle(t.a, part, '0.05')), release(whole)]);
    const now = await t.a.call(getBudget, { budgetId: budget.id });
    expect([now.spent, now.held]).toEqual(['0.50', '0.00']);
  });

  it('that costs more than it held is an overspend, listed', async () => {
    const budget = await f.create(t.a, { limit: '1.00' });
    const part = await split(await f.reserve(t.a, budget, '0.50'), '0.20');
    await f.settle(t.a, part, '0.30');
    expect((await t.a.call(listOverspends, {})).data).toMatchObject([
      { reservationId: part.id, held: '0.20', actual: '0.30', overLimit: '0.00' },
    ]);
  });

  it('is of a reservation of its tenant that is held and known, in an amount above zero', async () => {
    const budget = await f.create(t.a, { limit: '1.00', allowUnknown: true });
    const whole = await f.reserve(t.a, budget, '0.50');
    await expect(split(whole, '0.10', {}, t.b)).rejects.toBeFault('not-found');
    await expect(split({ id: newId() }, '0.10')).rejects.toBeFault('not-found');
    const foreign = await f.create(t.b);
    await expect(split(whole, '0.10', { accounts: [foreign.id] })).rejects.toBeFault('not-found');
    for (const estimate of ['0', '-1', '0.0000000001', 'NaN'])
      await expect(split(whole, estimate)).rejects.toBeFault('invalid-input', { field: 'estimate' });
    await expect(split(await f.reserve(t.a, budget), '0.10')).rejects.toBeFault('budget-refused');
    await f.settle(t.a, whole, '0.10');
    await expect(split(whole, '0.10')).rejects.toBeFault('conflict');
  });

  it('comes once from a request that comes twice with its Idempotency-Key', async () => {
    const whole = await f.reserve(t.a, await f.create(t.a), '1.00');
    const [ctx, wish] = [testContext(t.a.id), { reservationId: whole.id, estimate: '0.10', accounts: [] }];
    const again = (): Promise<Reservation> => t.bus.call(splitReservation, wish, ctx, { idempotencyKey: 'part-1' });
    expect(await again()).toEqual(await again());
    expect(await estimateOf(whole)).toBe('0.90');
  });
});
