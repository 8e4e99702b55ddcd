import { nextVersion, openPlan, planTerms, type PlanWish } from './plan.js';

const now = new Date('2026-03-01T00:00:00Z');
const wish = (more: Partial<PlanWish> = {}): PlanWish => ({
  price: '100',
  usageCaps: {},
  featureEntitlements: [],
  staticEntitlements: {},
  ...more,
});

describe('Plans', () => {
  it('keep their price to the nano-unit, and know a negotiated price from a free plan', () => {
    expect(planTerms(wish({ price: '0.000000001' })).priceNanos).toBe(1n);
    expect(planTerms(wish({ price: '0' })).priceNanos).toBe(0n);
    expect(planTerms(wish({ price: null })).priceNanos).toBeNull();
  });

  it.each<[string, Partial<PlanWish>]>([
    ['price', { price: '-1' }],
    ['price', { price: 'NaN' }],
    ['price', { price: '1e3' }],
    ['price', { price: '0.0000000001' }],
    ['price', { price: '99999999999' }],
    ['usageCaps', { usageCaps: { 'a b': 1 } }],
    ['usageCaps', { staticEntitlements: { storageBytes: 1_000 } }],
    ['usageCaps', { featureEntitlements: ['rowsPerMonth.orders'] }],
    ['usageCaps.calls', { usageCaps: { calls: -1 } }],
    ['usageCaps.calls', { usageCaps: { calls: 1e13 } }],
    ['usageCaps.calls', { usageCaps: { calls: 1e-10 } }],
    ['usageCaps.calls', { usageCaps: { calls: Number.NaN } }],
    ['staticEntitlements', { staticEntitlements: { __proto__x: 1, '1x': 1 } }],
    ['staticEntitlements.seats', { staticEntitlements: { seats: { deep: 1 } } }],
    ['featureEntitlements', { featureEntitlements: ['sso'], staticEntitlements: { sso: 'saml' } }],
    ['featureEntitlements', { featureEntitlements: ['calls'], usageCaps: { calls: 1 } }],
  ])('refuse a bad %s: %p', (field, more) => {
    expect(() => planTerms(wish(more))).toThrow(
      expect.objectContaining({ reason: 'invalid-input', errors: [expect.objectContaining({ field })] }),
    );
  });

  it('have versions that keep the name and replace everything else', () => {
    const plan = openPlan({ ...wish({ featureEntitlements: ['sso'], trialDays: 14 }), name: ' Gold ' }, now);
    expect(nextVersion(plan, wish({ price: '200' }), now)).toMatchObject({
      id: plan.id,
      name: 'Gold',
      version: 2,
      priceNanos: 200_000_000_000n,
      featureEntitlements: [],
      trialDays: 0,
    });
  });

  it('have a name that can be seen', () => {
    expect(() => openPlan({ ...wish(), name: ' \u2003' }, now)).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ field: 'name' })] }),
    );
  });
});
