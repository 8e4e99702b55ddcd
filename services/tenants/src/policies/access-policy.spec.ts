import { defaultPolicy, limitRate, restrictAccess } from './access-policy.js';

const now = new Date('2026-01-01T00:00:00Z');
const policy = defaultPolicy('tenant', now);

describe('an access policy', () => {
  it('can not shut out whoever changes it', () => {
    const restrict = (clientIp: string | null): unknown =>
      restrictAccess(
        policy,
        { ...policy, allowedIps: ['10.0.0.0/8'], maxSessionHours: 8, exportRoles: ['owner'], clientIp },
        now,
      );
    expect(() => restrict('203.0.113.9')).toThrow(
      expect.objectContaining({ reason: 'invalid-input', errors: [expect.objectContaining({ field: 'allowedIps' })] }),
    );
    expect(restrict('10.1.1.1')).toMatchObject({ allowedIps: ['10.0.0.0/8'], maxSessionHours: 8, version: 2n });
  });

  it('has a burst of at least the rate', () => {
    expect(() => limitRate(policy, { ratePerS: 50, burst: 49 }, now)).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ field: 'burst' })] }),
    );
    expect(limitRate(policy, { ratePerS: 50, burst: 50 }, now)).toMatchObject({ ratePerS: 50, burst: 50, version: 2n });
  });
});
