import {
  changeTenantPlan,
  createPlan,
  createPlanVersion,
  getSubscription,
  getTenantSubscription,
  type Plan,
} from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { activate, billingOnRealPostgres, relayEntitlements, staff } from '../billing.fixture.js';
import { refill } from '../refill.js';

const PROFESSIONAL = '0198b000-0000-7000-8000-000000000002';

describe('The plan of a tenant', () => {
  const t = billingOnRealPostgres();
  const move = (tenantId: string, planId: string, version?: number) =>
    t.bus.call(changeTenantPlan, { tenantId, planId, version }, staff());
  const sell = (): Promise<Plan> =>
    t.bus.call(
      createPlan,
      { name: newId(), price: '9', usageCaps: { apiCalls: 5 }, featureEntitlements: [], staticEntitlements: {} },
      staff(),
    );

  it('is the default one from the moment the tenant opens, on trial, and said once in its own trail', async () => {
    await activate(t, t.a.id);
    expect(await t.a.call(getSubscription, {})).toMatchObject({
      tenantId: t.a.id,
      status: 'trialing',
      plan: { name: 'starter', version: 1, price: '100.00' },
    });
    await expect(t.b.call(getSubscription, {})).rejects.toBeFault('not-found');
    expect(await t.outbox()).toEqual([
      expect.objectContaining({ type: 'SubscriptionChanged', tenantId: t.a.id, planName: 'starter', version: '1' }),
    ]);
  });

  it('is waited for by whoever asks while the news of the tenant is on its way', async () => {
    const asked = t.a.call(getSubscription, {});
    await activate(t, t.a.id);
    await relayEntitlements(t);
    await expect(asked).resolves.toMatchObject({ plan: { name: 'starter' } });
  });

  it('changes for that tenant alone, in a version that it keeps when the plan changes', async () => {
    await activate(t, t.a.id);
    await activate(t, t.b.id);
    const plan = await sell();
    await move(t.a.id, plan.id);
    await t.bus.call(createPlanVersion, { planId: plan.id, price: '99' }, staff());
    expect((await t.a.call(getSubscription, {})).plan).toMatchObject({ id: plan.id, version: 1, price: '9.00' });
    expect((await t.b.call(getSubscription, {})).plan).toMatchObject({ name: 'starter' });
    expect((await move(t.a.id, plan.id)).plan).toMatchObject({ version: 2, price: '99.00' });
    expect((await move(t.a.id, plan.id, 1)).plan).toMatchObject({ version: 1, price: '9.00' });
  });

  it('is announced with what it was and what it is, and not when nothing changes', async () => {
    await activate(t, t.a.id);
    await move(t.a.id, PROFESSIONAL);
    await move(t.a.id, PROFESSIONAL);
    const events = await t.outbox();
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({
      tenantId: t.a.id,
      changes: [{ action: 'update', old: { plan: 'starter' }, new: { plan: 'professional', planVersion: 1 } }],
    });
  });

  it('can be given to a tenant that has none yet, and the default one does not replace it', async () => {
    await move(t.a.id, PROFESSIONAL);
    await activate(t, t.a.id);
    expect((await t.a.call(getSubscription, {})).plan.name).toBe('professional');
  });

  it('ends in one state with versions without gaps when several of the staff move it at the same time', async () => {
    await activate(t, t.a.id);
    const plan = await sell();
    await Promise.all([PROFESSIONAL, plan.id, PROFESSIONAL, plan.id].map((planId) => move(t.a.id, planId)));
    const versions = (await t.outbox()).flatMap(({ type, version }) =>
      type === 'SubscriptionChanged' ? [version] : [],
    );
    expect(versions).toEqual(versions.map((_, index) => String(index + 1)));
    const { planName } = (await t.outbox()).at(-1)!;
    expect((await t.a.call(getSubscription, {})).plan.name).toBe(planName);
  });

  it('refuses a plan or version that does not exist, naming it, and a tenant that does not, saying nothing', async () => {
    await activate(t, t.a.id);
    await expect(move(t.a.id, newId())).rejects.toBeFault('invalid-input', { field: 'planId' });
    await expect(move(t.a.id, PROFESSIONAL, 7)).rejects.toBeFault('invalid-input', { field: 'planId' });
    await expect(move(newId(), PROFESSIONAL)).rejects.toBeFault('not-found');
    await expect(move(PLATFORM_TENANT_ID, PROFESSIONAL)).rejects.toBeFault('not-found');
    expect((await t.a.call(getSubscription, {})).plan.name).toBe('starter');
  });

  it('is seen and moved by staff, never by a tenant, its own or another’s', async () => {
    await activate(t, t.a.id);
    await activate(t, t.b.id);
    expect(await t.bus.call(getTenantSubscription, { tenantId: t.a.id }, staff())).toMatchObject({ tenantId: t.a.id });
    const refusals = [t.a.id, t.b.id].flatMap((tenantId) => [
      t.a.call(changeTenantPlan, { tenantId, planId: PROFESSIONAL }).catch((error: unknown) => error),
      t.a.call(getTenantSubscription, { tenantId }).catch((error: unknown) => error),
    ]);
    const [moveOwn, seeOwn, moveOther, seeOther] = await Promise.all(refusals);
    expect(moveOwn).toEqual(moveOther);
    expect(seeOwn).toEqual(seeOther);
    expect((await t.a.call(getSubscription, {})).plan.name).toBe('starter');
  });

  it('fills a lost directory with what the directory had', async () => {
    await activate(t, t.a.id);
    await move(t.a.id, PROFESSIONAL);
    await relayEntitlements(t);
    const filled = new Map<string, object>();
    for await (const { key, value, version } of refill(t.doors))
      filled.set(key, { ...value, version: Number(version) });
    expect(filled.get(t.a.id)).toEqual(t.bus.directories.entitlements.get(t.a.id));
  });
});
