import {
  cancelSubscription,
  cancelTenantSubscription,
  changeTenantPlan,
  checkEntitlement,
  getSubscription,
  resumeSubscription,
  resumeTenantSubscription,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { activate, billingOnRealPostgres, relayEntitlements, staff } from '../billing.fixture.js';
import { sell, SetClock } from '../invoices/invoices.fixture.js';

describe('A cancelled plan', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(() => (clock.at = new Date('2026-01-20T12:00:00Z')));
  const later = (time: string): Date => (clock.at = new Date(time));
  const cancel = () => t.a.call(cancelSubscription, {});

  it('grants what it did until the month of the tenant’s time zone ends, and nothing from that moment on', async () => {
    t.bus.announce(t.a.id, { timeZone: 'America/New_York' });
    await sell(t, t.a.id, { featureEntitlements: ['reports'] });
    await sell(t, t.b.id, { featureEntitlements: ['reports'] });
    const endsAt = new Date('2026-02-01T05:00:00Z');
    expect(await cancel()).toMatchObject({ status: 'active', endsAt });
    await relayEntitlements(t);
    const allowed = async (tenant: typeof t.a) => (await tenant.call(checkEntitlement, { feature: 'reports' })).allowed;
    clock.at = new Date(endsAt.getTime() - 1);
    expect([await allowed(t.a), await allowed(t.b)]).toEqual([true, true]);
    clock.at = endsAt;
    expect([await allowed(t.a), await allowed(t.b)]).toEqual([false, true]);
    expect(await t.a.call(getSubscription, {})).toMatchObject({ status: 'ended', endsAt });
    expect(await t.b.call(getSubscription, {})).toMatchObject({ status: 'active', endsAt: null });
  });

  it('ends with the trial when nothing was to be paid yet', async () => {
    await activate(t, t.a.id);
    const { trialEndsAt } = await t.a.call(getSubscription, {});
    expect(await cancel()).toMatchObject({ status: 'trialing', endsAt: trialEndsAt });
  });

  it('is announced once, goes on after all when that is asked for in time, and by nobody after its end', async () => {
    await activate(t, t.a.id);
    later('2026-03-10T00:00:00Z');
    await cancel();
    await cancel();
    expect(await t.a.call(resumeSubscription, {})).toMatchObject({ status: 'active', endsAt: null });
    await t.a.call(resumeSubscription, {});
    const types = (await t.outbox()).flatMap(({ type, version }) => (type ? [[type, version]] : []));
    expect(types).toEqual([
      ['SubscriptionChanged', '1'],
      ['SubscriptionCancelled', '2'],
      ['SubscriptionResumed', '3'],
    ]);
    await cancel();
    later('2026-04-01T00:00:00Z');
    await expect(t.a.call(resumeSubscription, {})).rejects.toBeFault('conflict');
    await expect(cancel()).rejects.toBeFault('conflict');
  });

  it('is taken back by a new plan, by the same one too, before and after its end', async () => {
    const plan = await sell(t, t.a.id, {});
    for (const at of ['2026-01-25T00:00:00Z', '2026-05-01T00:00:00Z']) {
      await cancel();
      later(at);
      const moved = await t.bus.call(changeTenantPlan, { tenantId: t.a.id, planId: plan.id }, staff());
      expect(moved).toMatchObject({ status: 'active', endsAt: null });
    }
  });

  it('can be of staff’s doing, for a tenant that has a plan; a tenant cancels its own and no other', async () => {
    await sell(t, t.a.id, {});
    const { id: tenantId } = t.a;
    await expect(t.b.call(cancelSubscription, {})).rejects.toBeFault('not-found');
    await expect(t.b.call(cancelTenantSubscription, { tenantId })).rejects.toThrow();
    const none = { tenantId: t.b.id };
    await expect(t.bus.call(cancelTenantSubscription, none, staff())).rejects.toBeFault('not-found');
    await expect(t.bus.call(cancelTenantSubscription, { tenantId: newId() }, staff())).rejects.toBeFault('not-found');
    expect(await t.a.call(getSubscription, {})).toMatchObject({ endsAt: null });
    expect(await t.bus.call(cancelTenantSubscription, { tenantId }, staff())).toMatchObject({
      endsAt: new Date('2026-02-01T00:00:00Z'),
    });
    expect(await t.bus.call(resumeTenantSubscription, { tenantId }, staff())).toMatchObject({ endsAt: null });
  });
});
