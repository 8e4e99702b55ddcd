import {
  checkEntitlement,
  getTenantSubscription,
  listEntitlementOverrides,
  listEntitlements,
  overrideEntitlement,
  removeEntitlementOverride,
  type EntitlementCheck,
  type OverrideEntitlementRequest,
} from '@tenantry/contracts';
import { Clock, newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { activate, billingOnRealPostgres, relayEntitlements, staff } from '../billing.fixture.js';

class MovableClock extends Clock {
  aheadMs = 0;
  now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }
}

describe('Entitlements', () => {
  const clock = new MovableClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(async () => {
    clock.aheadMs = 0;
    await activate(t, t.a.id);
    await activate(t, t.b.id);
    await relayEntitlements(t);
  });

  const override = async (more: Partial<OverrideEntitlementRequest>): Promise<void> => {
    await t.bus.call(overrideEntitlement, { tenantId: t.a.id, reason: 'pilot', ...more }, staff());
    await relayEntitlements(t);
  };
  const check = (tenant: TestTenant, feature: string): Promise<EntitlementCheck> =>
    tenant.call(checkEntitlement, { feature });

  it('are those of the plan', async () => {
    expect(await t.a.call(listEntitlements, {})).toMatchObject({
      data: [
        { feature: 'apiCalls', kind: 'metered', limit: 100_000, allowed: true, source: 'plan' },
        { feature: 'projects', kind: 'metered', limit: 50, allowed: true, source: 'plan' },
      ],
      nextCursor: null,
    });
    expect(await check(t.a, 'custom_domain')).toEqual({
      feature: 'custom_domain',
      allowed: false,
      kind: null,
      value: null,
      limit: null,
    });
  });

  it('are given to one tenant and not to the other, with the reason in the tenant’s trail', async () => {
    await override({ feature: 'custom_domain', enabled: true });
    expect((await check(t.a, 'custom_domain')).allowed).toBe(true);
    expect((await check(t.b, 'custom_domain')).allowed).toBe(false);
    expect((await t.outbox()).at(-1)).toMatchObject({
      type: 'EntitlementOverrideChanged',
      tenantId: t.a.id,
      version: '2',
      changes: [{ resource: 'entitlement_override', id: 'custom_domain', action: 'insert', new: { reason: 'pilot' } }],
    });
  });

  it('are taken away, valued and limited', async () => {
    await override({ feature: 'projects', limit: 0 });
    await override({ feature: 'apiCalls', enabled: false });
    await override({ feature: 'support', value: 'gold' });
    expect(await check(t.a, 'projects')).toMatchObject({ allowed: false, limit: 0 });
    expect(await check(t.a, 'apiCalls')).toMatchObject({ allowed: false, kind: 'boolean' });
    expect(await check(t.a, 'support')).toMatchObject({ allowed: true, value: 'gold' });
    expect(await check(t.b, 'projects')).toMatchObject({ allowed: true, limit: 50 });
  });

  it('fall back to the plan when the override expires, without anybody doing anything', async () => {
    await override({ feature: 'projects', limit: 500, expiresAt: new Date(Date.now() + 5_000) });
    expect(await check(t.a, 'projects')).toMatchObject({ limit: 500 });
    clock.aheadMs = 6_000;
    expect(await check(t.a, 'projects')).toMatchObject({ limit: 50 });
  });

  it('fall back to the plan when the override is removed', async () => {
    await override({ feature: 'projects', limit: 500 });
    await t.bus.call(removeEntitlementOverride, { tenantId: t.a.id, feature: 'projects' }, staff());
    await relayEntitlements(t);
    expect(await check(t.a, 'projects')).toMatchObject({ limit: 50 });
    await expect(
      t.bus.call(removeEntitlementOverride, { tenantId: t.a.id, feature: 'projects' }, staff()),
    ).rejects.toBeFault('not-found');
  });

  it.each<[string, Partial<OverrideEntitlementRequest>]>([
    ['enabled', {}],
    ['enabled', { enabled: true, limit: 1 }],
    ['value', { value: { deep: 1 } }],
    ['limit', { limit: -1 }],
    ['limit', { limit: 1e-10 }],
    ['reason', { enabled: true, reason: ' ' }],
    ['expiresAt', { enabled: true, expiresAt: new Date(0) }],
    ['limit', { feature: 'rows.orders', value: 3 }],
  ])('refuse an override with a bad %s: %p', async (field, more) => {
    await expect(override({ feature: 'sso', ...more })).rejects.toBeFault('invalid-input', { field });
    expect(await t.a.count('billing.entitlement_override')).toBe(0);
  });

  it('are overridden by staff alone, for tenants that exist', async () => {
    const wish = { tenantId: t.a.id, feature: 'sso', enabled: true, reason: 'mine' };
    const own = await t.a.call(overrideEntitlement, wish).catch((error: unknown) => error);
    const other = await t.b.call(overrideEntitlement, wish).catch((error: unknown) => error);
    expect(own).toEqual(other);
    expect((await check(t.a, 'sso')).allowed).toBe(false);
    await expect(t.bus.call(overrideEntitlement, { ...wish, tenantId: newId() }, staff())).rejects.toBeFault(
      'not-found',
    );
    await expect(t.bus.call(listEntitlementOverrides, { tenantId: newId() }, staff())).rejects.toBeFault('not-found');
  });

  it('are overridden also before a new tenant got its plan, which then is there once', async () => {
    await t.database.admin(`delete from billing.subscription where tenant_id = '${t.a.id}'`);
    await override({ feature: 'projects', limit: 500 });
    await activate(t, t.a.id);
    const { plan } = await t.bus.call(getTenantSubscription, { tenantId: t.a.id }, staff());
    expect(plan).toMatchObject({ name: 'starter' });
    expect(await check(t.a, 'projects')).toMatchObject({ limit: 500 });
    expect(await check(t.a, 'apiCalls')).toMatchObject({ limit: 100_000 });
  });

  it('are overridden for a tenant whose news are still on their way', async () => {
    const tenantId = newId();
    const answer = t.bus.call(
      overrideEntitlement,
      { tenantId, feature: 'projects', limit: 500, reason: 'pilot' },
      staff(),
    );
    t.bus.announce(tenantId);
    await expect(answer).resolves.toMatchObject({ feature: 'projects', limit: 500 });
  });

  it('are listed for staff with why and until when', async () => {
    await override({ feature: 'sso', enabled: true });
    expect(await t.bus.call(listEntitlementOverrides, { tenantId: t.a.id }, staff())).toMatchObject({
      data: [{ feature: 'sso', kind: 'boolean', enabled: true, reason: 'pilot', expiresAt: null }],
    });
  });
});
