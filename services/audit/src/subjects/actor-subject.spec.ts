import {
  collectActorSubject,
  eraseActorSubject,
  getAuditProof,
  listAuditEvents,
  planActorSubject,
  RowsChanged,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { auditTenants, READER, verify } from '../testing/audit.fixture.js';

const JOB = { actor: { kind: 'service', id: 'compliance', role: null }, purpose: 'compliance' } as const;

describe('What the log has of a member', () => {
  const t = auditTenants();
  const userId = newId();

  const record = (tenant: TestTenant, actorId = userId): Promise<void> => {
    const changes = [{ resource: 'customers', id: '5', action: 'insert' as const }];
    const meta = {
      tenantId: tenant.id,
      actor: { kind: 'user', id: actorId, role: 'staff' },
      onBehalfOf: null,
      requestId: newId(),
      clientIp: '198.51.100.7',
      userAgent: 'curl',
      credentialId: null,
      action: 'rows.changed',
      operation: 'InsertRows',
      platformActor: false,
      version: 1,
    };
    const event = new RowsChanged({ table: 'customers', cause: 'insert', rows: 1n });
    return t.bus.deliverBatch('audit.log', [{ event, tenantId: tenant.id, facts: { changes, meta } }]);
  };
  const rows = async (tenant: TestTenant): Promise<string> => {
    const input = JSON.stringify({ userId, place: 'audit.entry' });
    const { body } = await t.bus.send(collectActorSubject, input, testContext(tenant.id, JOB));
    return Buffer.concat(await Array.fromAsync(body!)).toString();
  };
  const counts = async (tenant: TestTenant) =>
    (await tenant.call(planActorSubject, { userId }, JOB)).places.map(({ rows: count }) => count);

  it('is what they did and from where, in their own tenant', async () => {
    await record(t.a);
    await record(t.a, newId());
    expect(await counts(t.a)).toEqual([1n, 1n]);
    expect(await counts(t.b)).toEqual([0n, 0n]);
    expect(JSON.parse(await rows(t.a))).toMatchObject({ row: { resource: 'customers', clientIp: '198.51.100.7' } });
    expect(await rows(t.b)).toBe('');
  });

  it('loses from where, and keeps what was done, with proofs that hold', async () => {
    await record(t.a);
    await record(t.b);
    const other = newId();
    await record(t.a, other);
    expect(await t.a.call(eraseActorSubject, { userId }, JOB)).toMatchObject({ places: [{ rows: 1n }], rows: 0n });
    expect(await counts(t.a)).toEqual([1n, 0n]);
    expect(await counts(t.b)).toEqual([1n, 1n]);
    expect(await rows(t.a)).not.toContain('198.51.100.7');
    const { data } = await t.a.call(listAuditEvents, {}, READER);
    expect(data.filter(({ actor }) => actor?.id === other)).toMatchObject([{ clientIp: '198.51.100.7' }]);
    await t.sign();
    const exported = await t.export(t.a, {}, ['audit.read', 'audit.values']);
    expect(await verify(exported)).toMatchObject({ size: data.length });
    for (const { id } of data) expect(await t.a.call(getAuditProof, { id }, READER)).toBeDefined();
  });
});
