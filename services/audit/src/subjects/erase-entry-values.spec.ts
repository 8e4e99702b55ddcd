import {
  eraseEntryValues,
  getAuditProof,
  listAuditEvents,
  type AuditEvent,
  type EntryValuesErased,
  RowsChanged,
} from '@tenantry/contracts';
import type { RowChange } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { auditTenants, READER, verify } from '../testing/audit.fixture.js';

const JOB = { actor: { kind: 'service', id: 'compliance', role: null }, purpose: 'compliance' } as const;

describe('Erasing the values of entries', () => {
  const t = auditTenants();

  const sealedRow = async ({ id: tenantId }: TestTenant, id: string): Promise<RowChange> => {
    const { commitment, salt } = t.doors.vault.commit('ann@example.com');
    const place = { table: 'customers', column: 'email', row: id };
    const sealed = await t.doors.vault.seal(tenantId, place, JSON.stringify([salt, 'ann@example.com']));
    return { resource: 'customers', id, action: 'insert', new: { email: { commitment, sealed } } };
  };
  const record = (tenant: TestTenant, changes: readonly RowChange[], requestId = newId(), operation = 'InsertRows') => {
    const event = new RowsChanged({ table: 'customers', cause: 'insert', rows: BigInt(changes.length) });
    const meta = {
      tenantId: tenant.id,
      actor: { kind: 'user', id: newId(), role: 'owner' },
      onBehalfOf: null,
      requestId,
      clientIp: null,
      userAgent: null,
      credentialId: null,
      action: 'rows.changed',
      operation,
      platformActor: false,
      version: 1,
    };
    return t.bus.deliverBatch('audit.log', [{ event, tenantId: tenant.id, facts: { changes, meta } }]);
  };
  /** As the data service tells of an erasure: the rows, and none of their values. */
  const recordErasure = (tenant: TestTenant, ids: readonly string[], requestId: string) =>
    record(
      tenant,
      ids.map((id) => ({ resource: 'customers', id, action: 'delete' })),
      requestId,
      'EraseSubjectRows',
    );
  const erase = (tenant: TestTenant, requestId: string, rows = 1n, erasureId = newId()): Promise<EntryValuesErased> =>
    tenant.call(eraseEntryValues, { erasureId, requestId, rows }, JOB);
  const entries = async (tenant: TestTenant): Promise<AuditEvent[]> =>
    (await tenant.call(listAuditEvents, { limit: 50 }, READER)).data;

  it('destroys those of the erased rows, in their tenant, and keeps every proof', async () => {
    for (const tenant of [t.a, t.b]) await record(tenant, [await sealedRow(tenant, '1'), await sealedRow(tenant, '2')]);
    await t.sign();
    const request = newId();
    await recordErasure(t.a, ['1'], request);
    expect(await erase(t.a, request)).toMatchObject({ entries: 1n, values: 1n });
    expect([await t.a.count('audit.entry_value'), await t.b.count('audit.entry_value')]).toEqual([1, 2]);
    await t.sign();
    const { erased, size } = await verify(await t.export(t.a, {}, ['audit.read', 'audit.values']));
    expect({ erased, size }).toMatchObject({ size: 3 });
    expect(erased).toBeGreaterThan(0);
    for (const { id } of await entries(t.a)) await t.a.call(getAuditProof, { id }, READER);
  });

  it('waits until the log has every erased row', async () => {
    await record(t.a, [await sealedRow(t.a, '1')]);
    const request = newId();
    await expect(erase(t.a, request)).rejects.toBeFault('unavailable');
    expect(await t.a.count('audit.entry_value')).toBe(1);
    await recordErasure(t.a, ['1'], request);
    expect(await erase(t.a, request)).toMatchObject({ values: 1n });
  });

  it('answers the same when it is asked again', async () => {
    await record(t.a, [await sealedRow(t.a, '1')]);
    const [request, erasureId] = [newId(), newId()];
    await recordErasure(t.a, ['1'], request);
    const first = await erase(t.a, request, 1n, erasureId);
    await record(t.a, [await sealedRow(t.a, '1')]);
    expect(await erase(t.a, request, 1n, erasureId)).toEqual(first);
    expect(await t.a.count('audit.entry_value')).toBe(1);
  });

  it('touches nothing for the request of another tenant', async () => {
    await record(t.b, [await sealedRow(t.b, '1')]);
    const request = newId();
    await recordErasure(t.b, ['1'], request);
    await expect(erase(t.a, request)).rejects.toBeFault('unavailable');
    expect(await t.b.count('audit.entry_value')).toBe(1);
  });
});
