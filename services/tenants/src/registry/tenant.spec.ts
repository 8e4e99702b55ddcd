import { Fault, newId } from '@tenantry/kernel';
import {
  activateTenant,
  deactivateTenant,
  directoryEntry,
  failTenant,
  openTenant,
  registerTenant,
  retryTenant,
  suspendTenant,
  type Tenant,
  type TenantStatus,
} from './tenant.js';

const then = new Date('2026-01-01T00:00:00Z');
const now = new Date('2026-02-01T00:00:00Z');

function tenant(status: TenantStatus, more: Partial<Tenant> = {}): Tenant {
  return {
    tenantId: newId(),
    slug: 'acme',
    name: 'Acme',
    status,
    isolation: 'pool',
    industry: null,
    region: 'local',
    timeZone: 'UTC',
    cell: 'home',
    organizationId: null,
    sandboxOf: null,
    suspensionReason: null,
    spaceDeletedAt: null,
    version: 7n,
    createdAt: then,
    statusChangedAt: then,
    ...more,
  };
}

const all: readonly TenantStatus[] = ['provisioning', 'active', 'suspended', 'deactivated', 'failed'];
const moves: Record<string, { act: (tenant: Tenant) => Tenant; from: readonly TenantStatus[]; to: TenantStatus }> = {
  open: { act: (t) => openTenant(t, now), from: ['provisioning'], to: 'active' },
  fail: { act: (t) => failTenant(t, now), from: ['provisioning'], to: 'failed' },
  retry: { act: (t) => retryTenant(t, now), from: ['failed'], to: 'provisioning' },
  suspend: { act: (t) => suspendTenant(t, 'security', now), from: ['active', 'suspended'], to: 'suspended' },
  activate: { act: (t) => activateTenant(t, now), from: ['active', 'suspended', 'deactivated'], to: 'active' },
  deactivate: {
    act: (t) => deactivateTenant(t, false, now),
    from: ['active', 'suspended', 'failed', 'deactivated'],
    to: 'deactivated',
  },
};

describe('a new tenant', () => {
  const place = { region: 'local', cell: 'home' };

  it('is pooled, in the region of the platform and in UTC unless it wishes otherwise', () => {
    expect(registerTenant({ slug: 'acme', name: ' Acme ' }, place, now)).toMatchObject({
      name: 'Acme',
      status: 'provisioning',
      isolation: 'pool',
      region: 'local',
      timeZone: 'UTC',
      cell: 'home',
      version: 1n,
    });
    expect(
      registerTenant(
        { slug: 'acme', name: 'Acme', isolation: 'schema', region: 'eu', timezone: 'Europe/Berlin' },
        place,
        now,
      ),
    ).toMatchObject({
      isolation: 'schema',
      region: 'eu',
      timeZone: 'Europe/Berlin',
    });
  });

  it('needs a slug that may be one and a name that can be seen', () => {
    expect(() => registerTenant({ slug: 'A', name: 'Acme' }, place, now)).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ field: 'slug' })] }),
    );
    expect(() => registerTenant({ slug: 'acme', name: '  ' }, place, now)).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ field: 'name' })] }),
    );
  });
});

describe('a tenant', () => {
  for (const [name, { act, from, to }] of Object.entries(moves)) {
    it.each(from)(`can ${name} when it is %s`, (status) => {
      expect(act(tenant(status)).status).toBe(to);
    });

    it.each(all.filter((status) => !from.includes(status)))(`can't ${name} when it is %s`, (status) => {
      expect(() => act(tenant(status))).toThrow(Fault);
    });
  }

  it('has a new version and time with every change', () => {
    expect(suspendTenant(tenant('active'), 'legal', now)).toMatchObject({
      version: 8n,
      statusChangedAt: now,
      suspensionReason: 'legal',
    });
  });

  it('stays the same version when nothing changes', () => {
    const suspended = tenant('suspended', { suspensionReason: 'legal' });
    expect(suspendTenant(suspended, 'legal', now)).toBe(suspended);
    const active = tenant('active');
    expect(activateTenant(active, now)).toBe(active);
    const closed = tenant('deactivated');
    expect(deactivateTenant(closed, false, now)).toBe(closed);
  });

  it('can be suspended for another reason', () => {
    expect(suspendTenant(tenant('suspended', { suspensionReason: 'billing' }), 'legal', now).suspensionReason).toBe(
      'legal',
    );
  });

  it('has no suspension reason once it is open again', () => {
    expect(activateTenant(tenant('suspended', { suspensionReason: 'billing' }), now).suspensionReason).toBeNull();
  });

  it('never opens again when its data space was deleted', () => {
    const deleted = deactivateTenant(tenant('deactivated'), true, now);
    expect(deleted.spaceDeletedAt).toBe(now);
    expect(() => activateTenant(deleted, now)).toThrow(Fault);
    expect(deactivateTenant(deleted, true, then)).toBe(deleted);
  });

  it('has a directory entry that names its mode and why it is suspended', () => {
    expect(directoryEntry(tenant('suspended', { suspensionReason: 'billing', isolation: 'schema' }))).toEqual({
      slug: 'acme',
      name: 'Acme',
      status: 'suspended',
      mode: 'schema',
      cell: 'home',
      region: 'local',
      timeZone: 'UTC',
      organizationId: null,
      sandboxOf: null,
      reason: 'billing',
      hosts: [],
    });
  });
});
