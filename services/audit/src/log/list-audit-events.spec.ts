import { createHash } from 'node:crypto';
import { hashLeaf } from '@tenantry/audit-proofs';
import {
  getAuditCompleteness,
  getAuditEvent,
  listAuditEvents,
  listPlatformAuditEvents,
  MemberAdded,
  OrganizationCreated,
  TenantSuspended,
  type AuditEvent,
  type ListAuditEventsRequest,
} from '@tenantry/contracts';
import type { RowChange } from '@tenantry/database';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { testContext, type DeliveredEvent, type TestTenant } from '@tenantry/testing';
import { auditTenants } from '../testing/audit.fixture.js';

const ADA = newId();
const EMAIL = 'zoë@example.com';
const READER = { permissions: ['audit.read'] };

describe('Reading the audit log', () => {
  const t = auditTenants();
  let memberId: string;

  beforeEach(async () => {
    memberId = newId();
    const events = [suspended(t.a, '2026-01-01'), await memberAdded(t.a, '2026-01-02'), suspended(t.b, '2026-01-03')];
    await t.bus.deliverBatch('audit.log', events);
  });

  const at = (day: string): Date => new Date(`${day}T00:00:00Z`);

  function happened(
    tenant: TestTenant,
    event: object,
    more: { day: string; action: string; changes?: RowChange[] },
  ): DeliveredEvent {
    const { day, action, changes = [] } = more;
    const actor = { kind: 'user', id: ADA, role: 'super_admin' };
    const from = { requestId: 'r-1', clientIp: '203.0.113.9', userAgent: 'curl', credentialId: null, onBehalfOf: null };
    const meta = { tenantId: tenant.id, actor, ...from, action, operation: null, platformActor: true, version: 1 };
    return { event, tenantId: tenant.id, facts: { occurredAt: at(day), changes, meta } };
  }

  function suspended(tenant: TestTenant, day: string): DeliveredEvent {
    const event = new TenantSuspended({ tenantId: tenant.id, reason: 'billing', version: 2n });
    return happened(tenant, event, { day, action: 'tenant.suspended' });
  }

  async function memberAdded(tenant: TestTenant, day: string): Promise<DeliveredEvent> {
    const { commitment, salt } = t.doors.vault.commit(EMAIL);
    const place = { table: 'member', column: 'email', row: memberId };
    const sealed = await t.doors.vault.seal(tenant.id, place, JSON.stringify([salt, EMAIL]));
    const added: RowChange = {
      resource: 'member',
      id: memberId,
      action: 'insert',
      new: { role: 'staff', email: { commitment, sealed } },
    };
    const another: RowChange = { resource: 'member', id: newId(), action: 'insert', new: { role: 'admin' } };
    const event = new MemberAdded({ personId: memberId, role: 'staff' });
    return happened(tenant, event, { day, action: 'member.added', changes: [added, another] });
  }

  const list = async (
    tenant: TestTenant,
    filter: Partial<ListAuditEventsRequest> = {},
    facts = READER,
  ): Promise<AuditEvent[]> => (await tenant.call(listAuditEvents, filter, facts)).data;
  const sequences = async (filter: Partial<ListAuditEventsRequest>): Promise<bigint[]> =>
    (await list(t.a, filter)).map(({ sequence }) => sequence);

  it('shows a tenant its own log and nothing of another’s', async () => {
    const own = await list(t.a);
    expect(own.map(({ sequence, action, tenantId }) => [sequence, action, tenantId])).toEqual([
      [3n, 'member.added', t.a.id],
      [2n, 'member.added', t.a.id],
      [1n, 'tenant.suspended', t.a.id],
    ]);
    expect(await list(t.b)).toHaveLength(1);
    const refusal = (id: string): Promise<unknown> =>
      t.b.call(getAuditEvent, { id }, READER).catch((error: unknown) => error);
    expect(await refusal(own[0]!.id)).toBeFault('not-found');
    expect(await refusal(own[0]!.id)).toEqual(await refusal(newId()));
  });

  it('shows what platform staff did to the tenant, and from where', async () => {
    const [entry] = await list(t.a, { action: 'tenant.suspended' });
    expect(entry).toMatchObject({
      service: 'tenants',
      event: 'TenantSuspended',
      actor: { kind: 'user', id: ADA, role: 'super_admin' },
      platformActor: true,
      outcome: 'done',
      occurredAt: at('2026-01-01'),
      requestId: 'r-1',
      clientIp: '203.0.113.9',
      userAgent: 'curl',
      new: { reason: 'billing' },
    });
  });

  it('shows the platform’s own log to its staff, and to no tenant', async () => {
    const staff = testContext(PLATFORM_TENANT_ID, READER);
    t.bus.announce(PLATFORM_TENANT_ID);
    const event = new OrganizationCreated({ organizationId: newId(), name: `Holding ${memberId}` });
    await t.bus.deliverBatch('audit.log', [{ event, tenantId: PLATFORM_TENANT_ID }]);
    const { data } = await t.bus.call(listPlatformAuditEvents, { limit: 1 }, staff);
    expect(data).toMatchObject([
      { tenantId: PLATFORM_TENANT_ID, event: 'OrganizationCreated', new: { name: event.name } },
    ]);
    const refused = await t.a.call(listPlatformAuditEvents, {}, READER).catch((error: unknown) => error);
    expect(refused).toMatchObject({ reason: expect.stringMatching(/forbidden|not-found/) });
  });

  it('filters by actor, action, resource and time', async () => {
    expect(await sequences({ actor: ADA })).toEqual([3n, 2n, 1n]);
    expect(await sequences({ actor: newId() })).toEqual([]);
    expect(await sequences({ action: 'member.added' })).toEqual([3n, 2n]);
    expect(await sequences({ action: 'member.*' })).toEqual([3n, 2n]);
    expect(await sequences({ action: 'member' })).toEqual([]);
    expect(await sequences({ resource: 'member' })).toEqual([3n, 2n]);
    expect(await sequences({ resource: `member/${memberId}` })).toEqual([2n]);
    expect(await sequences({ from: at('2026-01-02') })).toEqual([3n, 2n]);
    expect(await sequences({ to: at('2026-01-02') })).toEqual([1n]);
    const day = { from: at('2026-01-01'), to: at('2026-01-02') };
    expect(await sequences({ ...day, actor: ADA, action: 'tenant.*' })).toEqual([1n]);
  });

  it('goes on page by page, for the same tenant and filters only', async () => {
    const first = await t.a.call(listAuditEvents, { limit: 2 }, READER);
    const cursor = first.nextCursor;
    const second = await t.a.call(listAuditEvents, { limit: 2, cursor }, READER);
    expect([...first.data, ...second.data].map(({ sequence }) => sequence)).toEqual([3n, 2n, 1n]);
    expect(second.nextCursor).toBeNull();
    await expect(t.b.call(listAuditEvents, { cursor }, READER)).rejects.toBeFault('invalid-cursor');
    await expect(t.a.call(listAuditEvents, { action: 'member.added', cursor }, READER)).rejects.toBeFault(
      'invalid-cursor',
    );
  });

  it('opens classified values for those who hold audit.values, with the proof, and for nobody else', async () => {
    const filter = { resource: `member/${memberId}` };
    const [closed] = await list(t.a, filter);
    expect(closed?.new).toEqual({ role: 'staff', email: { commitment: expect.any(String) } });
    const [open] = await list(t.a, filter, { permissions: ['audit.read', 'audit.values'] });
    const email = open?.new?.['email'] as { commitment: string; salt: string; value: string };
    expect(email.value).toBe(EMAIL);
    const salted = createHash('sha256').update(Buffer.from(email.salt, 'base64url')).update(email.value);
    expect(salted.digest('base64url')).toBe(email.commitment);
    expect(email.commitment).toBe((closed?.new?.['email'] as { commitment: string }).commitment);
  });

  it('gives one entry with the text from which anybody can recompute its hash', async () => {
    const [entry] = await list(t.a);
    const { event, leaf } = await t.a.call(getAuditEvent, { id: entry!.id }, READER);
    expect(event).toEqual(entry);
    expect(Buffer.from(hashLeaf(leaf)).toString('base64url')).toBe(event.leafHash);
    expect(JSON.parse(leaf)).toMatchObject({ id: entry!.id, sequence: '3', tenantId: t.a.id, action: 'member.added' });
    expect(leaf).not.toMatch(/zoë|203\.0\.113/);
  });

  it('is itself audited, and so is being refused', async () => {
    await list(t.a);
    await expect(list(t.a, {}, { permissions: ['rows.read'] })).rejects.toBeFault('forbidden');
    expect(await t.outbox()).toMatchObject([
      { type: 'Accessed', tenantId: t.a.id, outcome: 'read', changes: [{ resource: 'audit', action: 'read' }] },
      { type: 'Accessed', tenantId: t.a.id, outcome: 'refused' },
    ]);
  });

  it('counts itself, and says that no number is missing', async () => {
    const { size, gapFree, counts } = await t.a.call(getAuditCompleteness, {}, READER);
    expect([size, gapFree]).toEqual([3n, true]);
    expect(counts.map((count) => ({ ...count }))).toEqual([
      { service: 'identity', action: 'member.added', resource: 'member', change: 'insert', entries: 2n },
      {
        service: 'tenants',
        action: 'tenant.suspended',
        resource: 'tenants.TenantSuspended',
        change: null,
        entries: 1n,
      },
    ]);
    expect((await t.a.call(getAuditCompleteness, { from: at('2026-01-02') }, READER)).counts).toHaveLength(1);
  });

  it.each([
    ['action', { action: 'drop table;' }],
    ['limit', { limit: 0 }],
    ['limit', { limit: 201 }],
  ])('refuses a wrong %s: %j', async (field, filter) => {
    await expect(list(t.a, filter)).rejects.toBeFault('invalid-input', { field });
  });

  it('refuses a cursor that somebody made up', async () => {
    await expect(list(t.a, { cursor: 'made-up' })).rejects.toBeFault('invalid-cursor', { field: 'cursor' });
  });
});
