import { createPlan, createPlanVersion, createTier, getPlan, listPlans, type Plan } from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';

import { billingOnRealPostgres, staff } from '../billing.fixture.js';

describe('The plans of the platform', () => {
  const t = billingOnRealPostgres();

  const wish = (more: object = {}): object => ({
    name: `Gold ${newId()}`,
    price: '49.90',
    usageCaps: { apiCalls: 100_000, projects: 50 },
    featureEntitlements: ['custom_domain'],
    staticEntitlements: { support: 'gold', retentionDays: 90 },
    ...more,
  });
  const create = (more: object = {}): Promise<Plan> => t.bus.call(createPlan, wish(more), staff());

  it('begin with four, one of them negotiated', async () => {
    const { data } = await t.bus.call(listPlans, { limit: 4 }, staff());
    expect(data.map(({ name, price, version }) => [name, price, version])).toEqual([
      ['starter', '100.00', 1],
      ['professional', '500.00', 1],
      ['enterprise', '2000.00', 1],
      ['custom', null, 1],
    ]);
  });

  it('are found as they were made, and announced in the platform’s trail in the same commit', async () => {
    const plan = await create();
    expect(await t.bus.call(getPlan, { planId: plan.id }, staff())).toEqual(plan);
    expect(plan).toMatchObject({ price: '49.90', currency: 'USD', usageCaps: { apiCalls: 100_000, projects: 50 } });
    expect(await t.outbox()).toEqual([
      expect.objectContaining({
        type: 'PlanVersionCreated',
        tenantId: PLATFORM_TENANT_ID,
        planId: plan.id,
        changes: [expect.objectContaining({ resource: 'plan', id: plan.id, action: 'insert' })],
      }),
    ]);
  });

  it('change by a new version, and the old one stays what it was', async () => {
    const first = await create();
    const second = await t.bus.call(createPlanVersion, { planId: first.id, price: '59.90' }, staff());
    expect(second).toMatchObject({ id: first.id, name: first.name, version: 2, price: '59.90', usageCaps: {} });
    expect(await t.bus.call(getPlan, { planId: first.id }, staff())).toEqual(second);
    expect(await t.bus.call(getPlan, { planId: first.id, version: 1 }, staff())).toEqual(first);
  });

  it('have versions without gaps when several of the staff change one at the same time', async () => {
    const { id: planId } = await create();
    const tries = await Promise.allSettled(
      ['1', '2', '3', '4'].map((price) => t.bus.call(createPlanVersion, { planId, price }, staff())),
    );
    const made = tries.filter(({ status }) => status === 'fulfilled').length;
    expect(made).toBeGreaterThan(0);
    expect((await t.bus.call(getPlan, { planId }, staff())).version).toBe(1 + made);
  });

  it('have names that differ in more than case, and a refused one changes nothing', async () => {
    const { name } = await create();
    await expect(create({ name: name.toUpperCase() })).rejects.toBeFault('conflict', { field: 'name' });
    await expect(create({ price: '-1' })).rejects.toBeFault('invalid-input', { field: 'price' });
    await expect(create({ currency: 'usd' })).rejects.toBeFault('invalid-input', { field: 'currency' });
    await expect(create({ currency: 'XXZ' })).rejects.toBeFault('invalid-input', { field: 'currency' });
    await expect(create({ usageCaps: { apiCalls: -1 } })).rejects.toBeFault('invalid-input');
    expect((await t.outbox()).length).toBe(1);
  });

  it('come once from a request that comes twice with its Idempotency-Key', async () => {
    const [request, ctx] = [wish(), staff()];
    const again = (): Promise<Plan> => t.bus.call(createPlan, request, ctx, { idempotencyKey: 'plan-1' });
    expect(await again()).toEqual(await again());
  });

  it('are made under the name of tiers too', async () => {
    const request = {
      name: `Tier ${newId()}`,
      price: '5',
      usage_caps: { apiCalls: 10 },
      feature_entitlements: ['sso'],
    };
    const tier = await t.bus.call(createTier, request, staff());
    expect(tier).toMatchObject({ ...request, price: '5.00', version: 1 });
    expect(await t.bus.call(getPlan, { planId: tier.id }, staff())).toMatchObject({ usageCaps: { apiCalls: 10 } });
  });

  it('are listed page by page', async () => {
    await create();
    const first = await t.bus.call(listPlans, { limit: 3 }, staff());
    const rest = await t.bus.call(listPlans, { cursor: first.nextCursor }, staff());
    const ids = [...first.data, ...rest.data].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(first.data).toHaveLength(3);
    expect(rest.data.length).toBeGreaterThan(0);
  });

  it('are not for tenants, and an unknown one is nowhere', async () => {
    const { id: planId } = await create();
    for (const tenant of [t.a, t.b]) {
      await expect(tenant.call(listPlans, {})).rejects.toMatchObject({
        reason: expect.stringMatching(/forbidden|not-found/),
      });
      await expect(tenant.call(getPlan, { planId })).rejects.toMatchObject({
        reason: expect.stringMatching(/forbidden|not-found/),
      });
    }
    await expect(t.bus.call(getPlan, { planId: newId() }, staff())).rejects.toBeFault('not-found');
    await expect(t.bus.call(createPlanVersion, { planId: newId() }, staff())).rejects.toBeFault('not-found');
  });

  it('are for staff with the permission', async () => {
    await expect(t.bus.call(createPlan, wish(), staff({ permissions: ['plans.read'] }))).rejects.toBeFault('forbidden');
    expect(await t.bus.call(listPlans, {}, staff({ permissions: ['plans.read'] }))).toBeDefined();
  });
});
