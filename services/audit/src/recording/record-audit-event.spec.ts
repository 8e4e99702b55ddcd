import {
  AuditEventRecorded,
  listAuditEvents,
  recordAuditEvent,
  type AuditEvent,
  type RecordAuditEventRequest,
} from '@tenantry/contracts';
import type { RowChange } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { auditTenants, READER, verify } from '../testing/audit.fixture.js';

const WRITER = { permissions: ['audit.write'] as string[], actor: { kind: 'key', id: newId(), role: null } } as const;
const WITH_VALUES = { permissions: ['audit.read', 'audit.values'] };

describe('RecordAuditEvent', () => {
  const t = auditTenants();

  const approved = (more: Partial<RecordAuditEventRequest> = {}): Partial<RecordAuditEventRequest> => ({
    action: 'invoice.approved',
    resource: 'invoice',
    resourceId: 'i-1',
    change: 'update',
    fields: [
      { field: 'status', old: 'open', new: 'approved' },
      { field: 'approver', new: 'zoë@example.com', classification: 'personal' },
      { field: 'token', new: 'hunter2', classification: 'secret' },
      { field: 'lines', new: [{ amount: 1 }], classification: 'none' },
    ],
    ...more,
  });

  /** Hands what is in the outbox to the log, as the relay and the stream do. */
  async function arrive(tenant: TestTenant): Promise<void> {
    const sent = await t.database.admin<{
      id: string;
      payload: { data: object; changes: RowChange[] };
      headers: Record<string, string>;
    }>(
      `select id, payload, headers from audit.outbox where tenant_id = $1 and subject like '%.AuditEventRecorded' order by position`,
      [tenant.id],
    );
    const events = sent.map(({ id, payload, headers }) => ({
      event: Object.assign(new AuditEventRecorded(), payload.data),
      ...{ tenantId: tenant.id, id },
      facts: { changes: payload.changes, meta: JSON.parse(headers['Tenantry-Event']!) },
    }));
    await t.bus.deliverBatch('audit.log', events);
  }
  const entries = async (tenant: TestTenant, facts = READER): Promise<AuditEvent[]> =>
    (await tenant.call(listAuditEvents, {}, facts)).data;

  it('puts what happened into the tenant’s log, with who did it, and into no other', async () => {
    await t.a.call(recordAuditEvent, approved(), WRITER);
    await arrive(t.a);
    const [entry, ...others] = await entries(t.a);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      ...{ service: 'audit', event: 'AuditEventRecorded', operation: 'RecordAuditEvent', action: 'invoice.approved' },
      ...{
        resource: 'invoice',
        resourceId: 'i-1',
        change: 'update',
        outcome: 'done',
        actor: WRITER.actor,
        platformActor: false,
      },
      old: { status: 'open' },
      new: {
        status: 'approved',
        approver: { commitment: expect.any(String) },
        token: { commitment: null },
        lines: '[{"amount":1}]',
      },
    });
    expect(await entries(t.b)).toEqual([]);
  });

  it('seals classified values, which only their readers see, and keeps secrets nowhere', async () => {
    await t.a.call(recordAuditEvent, approved(), WRITER);
    const stored = JSON.stringify(await t.outbox());
    expect(stored).not.toMatch(/zoë|hunter2/);
    await arrive(t.a);
    const [entry] = await entries(t.a, WITH_VALUES);
    expect(entry?.new?.['approver']).toMatchObject({ value: 'zoë@example.com' });
    expect(
      JSON.stringify(entry, (_name, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
    ).not.toContain('hunter2');
  });

  it('is proved like every other entry', async () => {
    await t.a.call(recordAuditEvent, approved(), WRITER);
    await arrive(t.a);
    await t.sign();
    expect(await verify(await t.export(t.a, {}, WITH_VALUES.permissions))).toMatchObject({ last: 1, erased: 0 });
  });

  it('makes one entry of a request that comes twice', async () => {
    const again = { idempotencyKey: newId() };
    const facts = { ...WRITER, credentialId: newId() };
    await t.a.call(recordAuditEvent, approved(), facts, again);
    await t.a.call(recordAuditEvent, approved(), facts, again);
    await expect(t.a.call(recordAuditEvent, approved({ resourceId: 'i-2' }), facts, again)).rejects.toBeFault(
      'idempotency-key-reused',
    );
    await arrive(t.a);
    expect(await entries(t.a)).toHaveLength(1);
  });

  it.each<[string, Partial<RecordAuditEventRequest>]>([
    ['action', { action: 'approved' }],
    ['action', { action: 'Invoice.Approved' }],
    ['resource', { resource: 'audit.entry' }],
    ['resourceId', { resourceId: '' }],
    ['change', { change: 'explode' }],
    ['fields[1].field', { fields: [{ field: 'a' }, { field: 'a' }] }],
    ['fields[0].field', { fields: [{ field: '__proto__', new: 1 }] }],
    ['fields[0].classification', { fields: [{ field: 'a', classification: 'public' }] }],
  ])('refuses a wrong %s: %j', async (field, wrong) => {
    await expect(t.a.call(recordAuditEvent, approved(wrong), WRITER)).rejects.toBeFault('invalid-input', { field });
    expect(await t.outbox()).toEqual([]);
  });

  it('is for those who may write to the log', async () => {
    await expect(t.a.call(recordAuditEvent, approved(), READER)).rejects.toBeFault('forbidden');
  });
});
