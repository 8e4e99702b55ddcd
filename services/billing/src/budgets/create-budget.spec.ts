import { closeBudget, createBudget, getBudget, listBudgets, updateBudget } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { BudgetsFixture } from './budgets.fixture.js';

describe('A budget', () => {
  const f = new BudgetsFixture();
  const { t } = f;

  it('is created with what users expect, and seen by its own tenant alone', async () => {
    const budget = await f.create(t.a, { name: 'Agents' });
    expect(budget).toMatchObject({
      ...{
        name: 'Agents',
        limit: '10.00',
        currency: 'USD',
        period: 'month',
        hard: true,
        shadow: false,
        rollover: false,
      },
      ...{
        spent: '0.00',
        held: '0.00',
        carried: '0.00',
        available: '10.00',
        alertPercents: [50, 80, 100],
        blocked: false,
      },
    });
    expect(await t.a.call(getBudget, { budgetId: budget.id })).toEqual(budget);
    expect((await t.a.call(listBudgets, {})).data).toEqual([budget]);
    await expect(t.b.call(getBudget, { budgetId: budget.id })).rejects.toBeFault('not-found');
    expect(await t.b.call(listBudgets, {})).toBeEmptyPage();
  });

  it('announces what it was told to be in the same commit', async () => {
    const budget = await f.create(t.a, { scope: { kind: 'user', id: 'ada@example.com' } });
    const [created, ...more] = await t.outbox();
    expect(more).toEqual([]);
    expect(created).toMatchObject({
      ...{ type: 'BudgetCreated', tenantId: t.a.id, budgetId: budget.id },
      changes: [{ resource: 'budget', id: budget.id, action: 'insert', new: { limit: '10.00', scopeKind: 'user' } }],
    });
    expect(JSON.stringify(created)).not.toContain('ada@example.com');
  });

  it('begins its period at the midnight of the tenant', async () => {
    t.bus.announce(t.a.id, { timeZone: 'Pacific/Auckland' });
    const { periodStartsAt, periodEndsAt } = await f.create(t.a, { period: 'day' });
    const local = new Intl.DateTimeFormat('en-GB', { timeZone: 'Pacific/Auckland', timeStyle: 'medium' });
    expect([local.format(periodStartsAt), local.format(periodEndsAt!)]).toEqual(['00:00:00', '00:00:00']);
    expect(periodStartsAt <= new Date() && new Date() < periodEndsAt!).toBe(true);
  });

  it('stays below its parent for good, at most eight levels deep, so there is no loop', async () => {
    let budget = await f.create(t.a);
    for (let level = 2; level <= 8; level++) budget = await f.create(t.a, { parentId: budget.id });
    await expect(f.create(t.a, { parentId: budget.id })).rejects.toBeFault('invalid-input', { field: 'parentId' });
    const chain = [budget.id, budget.parentId!];
    await expect(
      t.database.admin('update billing.budget set path = path || id where id = $1', chain.slice(0, 1)),
    ).rejects.toThrow(/contradicts itself/);
  });

  it('is not put below the budget of another tenant, nor below none', async () => {
    const foreign = await f.create(t.b);
    await expect(f.create(t.a, { parentId: foreign.id })).rejects.toBeFault('not-found');
    await expect(f.create(t.a, { parentId: newId() })).rejects.toBeFault('not-found');
  });

  it.each([
    [{ limit: '-1' }, 'limit'],
    [{ limit: '0.0000000001' }, 'limit'],
    [{ period: 'year' }, 'period'],
    [{ currency: 'usd' }, 'currency'],
    [{ currency: 'XXZ' }, 'currency'],
    [{ alertPercents: [0] }, 'alertPercents[0]'],
    [{ scope: { kind: 'planet', id: 'x' } }, 'scope.kind'],
  ])('is refused with %j', async (wish, field) => {
    await expect(f.create(t.a, wish)).rejects.toBeFault('invalid-input', { field });
    expect(await t.a.count('billing.budget')).toBe(0);
  });

  it('is found by what it is for, page by page', async () => {
    const scope = { kind: 'agent', id: 'writer' };
    const made = [await f.create(t.a, { scope }), await f.create(t.a, { scope }), await f.create(t.a)];
    const first = await t.a.call(listBudgets, { scopeKind: 'agent', scopeId: 'writer', limit: 1 });
    const rest = await t.a.call(listBudgets, { scopeKind: 'agent', scopeId: 'writer', cursor: first.nextCursor });
    expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual([made[0]!.id, made[1]!.id]);
    await expect(t.b.call(listBudgets, { cursor: first.nextCursor })).rejects.toBeFault('invalid-cursor');
  });

  it('is changed where the request says so, in the trail with both versions', async () => {
    const { id: budgetId } = await f.create(t.a);
    const changed = await t.a.call(updateBudget, { budgetId, limit: '12.5', alertPercents: [90, 70] });
    expect(changed).toMatchObject({ name: 'Everything', limit: '12.50', alertPercents: [70, 90], hard: true });
    expect((await t.outbox()).at(-1)).toMatchObject({
      type: 'BudgetUpdated',
      changes: [{ action: 'update', old: { limit: '10.00' }, new: { limit: '12.50' } }],
    });
    await expect(t.b.call(updateBudget, { budgetId, limit: '99' })).rejects.toBeFault('not-found');
  });

  it('is closed once, for reservations on it and below it, and still settles what is held', async () => {
    const parent = await f.create(t.a);
    const child = await f.create(t.a, { parentId: parent.id });
    const held = await f.reserve(t.a, child, '1');
    await expect(t.b.call(closeBudget, { budgetId: parent.id })).rejects.toBeFault('not-found');
    const closed = await t.a.call(closeBudget, { budgetId: parent.id });
    expect(await t.a.call(closeBudget, { budgetId: parent.id })).toEqual(closed);
    expect((await t.outbox()).filter(({ type }) => type === 'BudgetClosed')).toHaveLength(1);
    await expect(f.reserve(t.a, child, '1')).rejects.toBeFault('budget-refused');
    await expect(f.create(t.a, { parentId: parent.id })).rejects.toBeFault('conflict', { field: 'parentId' });
    expect(await f.settle(t.a, held, '0.5')).toMatchObject({ state: 'settled' });
  });

  it('comes once from a request that comes twice with its Idempotency-Key', async () => {
    const facts = { actor: { kind: 'user', id: newId(), role: 'owner' } } as const;
    const wish = { name: 'Once', limit: '1' };
    const again = () => t.a.call(createBudget, wish, facts, { idempotencyKey: 'budget-1' });
    expect(await again()).toEqual(await again());
    expect(await t.a.count('billing.budget')).toBe(1);
  });
});
