import { roles } from '@tenantry/contracts';
import { PLATFORM_TENANT_ID, newId } from '@tenantry/kernel';
import { assertMayHandle, circleOf } from './roles.js';

const tenant = newId();
const may =
  (held: readonly string[], ...named: string[]) =>
  (): void =>
    assertMayHandle(held, tenant, ...named);
const everyRole = Object.keys(roles.tenant);

describe('assertMayHandle', () => {
  it('lets an owner give every role, and an admin every role but owner and what concerns other tenants', () => {
    expect(may(['*'], ...everyRole)).not.toThrow();
    const higher = ['owner', 'organization_billing'];
    expect(may(roles.tenant.admin.grants, ...everyRole.filter((role) => !higher.includes(role)))).not.toThrow();
    for (const role of higher)
      expect(may(roles.tenant.admin.grants, role)).toThrow(expect.objectContaining({ reason: 'forbidden' }));
  });

  it('lets a key that may manage members give no more than it has', () => {
    expect(may(['members.write', 'rows.*'], 'customer')).not.toThrow();
    expect(may(['members.write', 'rows.*'], 'admin')).toThrow('may do more than you may');
  });

  it('keeps the roles of tenants and of the platform apart', () => {
    expect(may(['*'], 'super_admin')).toThrow(expect.objectContaining({ reason: 'invalid-input' }));
    expect(() => assertMayHandle(['*'], PLATFORM_TENANT_ID, 'owner')).toThrow(
      expect.objectContaining({ reason: 'invalid-input' }),
    );
  });
});

describe('circleOf', () => {
  it('names whom a tenant, and whom the platform, must keep', () => {
    expect(circleOf(tenant)).toEqual({ topRole: 'owner', lastOne: 'last-owner' });
    expect(circleOf(PLATFORM_TENANT_ID)).toEqual({ topRole: 'super_admin', lastOne: 'last-super-admin' });
  });
});
