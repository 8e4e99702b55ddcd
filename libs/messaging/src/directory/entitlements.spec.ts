import { assertEntitled, effectiveEntitlements, entitlementTo } from './entitlements.js';
import type { EntitlementsEntry } from './entries.js';

const now = new Date('2026-03-01T12:00:00Z');
const entry: EntitlementsEntry = {
  version: 1,
  plan: {
    custom_domain: { kind: 'boolean', enabled: true },
    support: { kind: 'static', value: 'gold' },
    apiCalls: { kind: 'metered', limit: 100 },
    projects: { kind: 'metered', limit: 0 },
  },
  overrides: {
    custom_domain: { kind: 'boolean', enabled: false, expiresAt: '2026-03-01T12:00:01Z' },
    apiCalls: { kind: 'metered', limit: 500, expiresAt: '2026-03-01T12:00:00Z' },
    beta: { kind: 'boolean', enabled: true, expiresAt: null },
  },
};

describe('Entitlements', () => {
  it('are what the plan says, unless an override says otherwise', () => {
    expect([...effectiveEntitlements(entry, now)].map(([feature, { source }]) => [feature, source])).toEqual([
      ['apiCalls', 'plan'],
      ['beta', 'override'],
      ['custom_domain', 'override'],
      ['projects', 'plan'],
      ['support', 'plan'],
    ]);
  });

  it('are those of overrides alone, and limits of zero, from the moment the plan ends or is not paid for', () => {
    const cancelled = { ...entry, planEndsAt: '2026-03-01T12:00:00Z' };
    for (const left of [cancelled, { ...entry, isWithheld: true }]) {
      expect([...effectiveEntitlements(left, now).keys()]).toEqual(['apiCalls', 'beta', 'custom_domain', 'projects']);
      expect(entitlementTo(left, 'apiCalls', now)).toMatchObject({ limit: 0 });
    }
    expect(entitlementTo(cancelled, 'support', new Date(now.getTime() - 1))).toMatchObject({ value: 'gold' });
    expect(entitlementTo({ ...entry, isWithheld: false }, 'support', now)).toMatchObject({ value: 'gold' });
  });

  it('come back to the plan in the moment the override expires', () => {
    expect(() => assertEntitled(entry, 'custom_domain', now)).toThrow(
      expect.objectContaining({ reason: 'not-entitled' }),
    );
    assertEntitled(entry, 'custom_domain', new Date('2026-03-01T12:00:01Z'));
    expect(entitlementTo(entry, 'apiCalls', now)).toMatchObject({ limit: 100 });
  });

  it('are refused for what nobody granted, a limit of zero, an unknown tenant and what every object has', () => {
    for (const feature of ['unknown', 'projects', 'constructor', '__proto__', 'toString']) {
      expect(() => assertEntitled(entry, feature, now)).toThrow(expect.objectContaining({ reason: 'not-entitled' }));
    }
    expect(() => assertEntitled(undefined, 'support', now)).toThrow(
      expect.objectContaining({ reason: 'not-entitled' }),
    );
  });
});
