import { originOf, parseCheckpoint, parseVerifier } from '@tenantry/audit-proofs';
import {
  exportAuditLog,
  exportPlatformAuditLog,
  getPlatformAuditCheckpoint,
  listAuditEvents,
  type AuditEvent,
} from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { auditTenants, READER, verify } from '../testing/audit.fixture.js';

const WITH_VALUES = ['audit.read', 'audit.values'];

interface Line {
  readonly leafHash: string;
  readonly entry: Record<string, unknown>;
  readonly disclosed: { origin: Record<string, unknown>; old?: object; new?: Record<string, Record<string, unknown>> };
}
const entriesOf = (text: string): Line[] =>
  text
    .trim()
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line) as Line);

describe('the export of an audit log', () => {
  const t = auditTenants();

  it('has every entry that is signed, beyond the size of a batch, and verifies with nothing else', async () => {
    await t.write(t.a, 1_203);
    await t.sign();
    const { key } = await t.checkpoint(t.a);
    await t.write(t.a, 1); // not signed yet
    const text = await t.export(t.a);
    const trusted = { checkpoints: [await t.keep(t.a)], keys: [parseVerifier(key)] };
    expect(await verify(text, trusted)).toMatchObject({
      origin: `tenantry/audit/${t.a.id}`,
      first: 1,
      last: 1_203,
      size: 1_203,
    });
    expect(entriesOf(text).map(({ entry }) => entry['sequence'])).toEqual(
      Array.from({ length: 1_203 }, (_, i) => `${i + 1}`),
    );
  });

  it('has entries as the API shows them, and where they came from', async () => {
    await t.write(t.a, 1);
    await t.sign();
    const [line] = entriesOf(await t.export(t.a));
    const { data } = await t.a.call(listAuditEvents, {}, READER);
    const { clientIp, userAgent, originSalt, leafHash, ...entry } = JSON.parse(
      JSON.stringify(data[0], printBig),
    ) as AuditEvent;
    expect(line).toEqual({ leafHash, entry, disclosed: { origin: { clientIp, userAgent, salt: originSalt } } });
  });

  it('opens classified values for those who may see them, provably', async () => {
    await t.write(t.a, 2);
    await t.sign();
    const text = await t.export(t.a, {}, WITH_VALUES);
    await expect(verify(text)).resolves.toMatchObject({ last: 2, erased: 0 });
    const [{ disclosed, entry }] = entriesOf(text) as [Line];
    expect(disclosed.new!['email']).toEqual({
      salt: expect.any(String),
      value: `${String(entry['resourceId'])}@example.com`,
    });
    await expect(verify(text.replace('@example.com', '@example.org'))).rejects.toThrow(
      'entry 1: new email is not the value',
    );
    expect(await t.export(t.a)).not.toContain('@example.com');
  });

  it('of a time is the unbroken part of the log with everything of that time', async () => {
    const [middle, later] = [new Date('2026-01-02'), new Date('2026-01-03')];
    await t.write(t.a, 300, new Date('2026-01-01'));
    await t.write(t.a, 10, middle);
    await t.write(t.a, 300, later);
    await t.sign();
    const part = await t.export(t.a, { from: middle, to: later });
    const trusted = { checkpoints: [await t.keep(t.a)] };
    expect(await verify(part, trusted)).toMatchObject({ first: 301, last: 310, size: 610 });
    expect(await verify(await t.export(t.a, { from: later }), trusted)).toMatchObject({ first: 311, last: 610 });
    expect(await verify(await t.export(t.a, { to: new Date(0) }))).toMatchObject({ first: 611, last: 610 });
  });

  it('of an empty log is empty, and says so', async () => {
    expect(await verify(await t.export(t.a))).toMatchObject({ first: 1, last: 0, size: 0 });
  });

  it('is of the tenant’s own log only', async () => {
    await Promise.all([t.write(t.a, 2), t.write(t.b, 3)]);
    await t.sign();
    expect(entriesOf(await t.export(t.a)).map(({ entry }) => entry['tenantId'])).toEqual([t.a.id, t.a.id]);
    await expect(verify(await t.export(t.a), { checkpoints: [await t.keep(t.b)] })).rejects.toThrow(
      'the checkpoint is of',
    );
    const refused = await t.bus.send(exportAuditLog, '{}', testContext(t.a.id, { permissions: ['rows.read'] }));
    expect(refused.fault?.reason).toBe('forbidden');
  });

  it('is for whom the tenant’s rules of exports name, when they name anybody', async () => {
    const policy = { version: 1, allowedIps: [], corsOrigins: [], ratePerS: null, burst: null };
    t.bus.directories.policies.put(t.a.id, { ...policy, exportRoles: ['compliance', 'keys'] });
    const as = async (kind: 'user' | 'key', role: string | null, { id }: TestTenant) => {
      const ctx = testContext(id, { ...READER, actor: { kind, id: newId(), role } });
      return (await t.bus.send(exportAuditLog, '{}', ctx)).fault?.reason ?? 'given';
    };
    expect(await as('user', 'owner', t.a)).toBe('forbidden');
    expect(await as('user', null, t.a)).toBe('forbidden');
    expect(await as('user', 'compliance', t.a)).toBe('given');
    expect(await as('key', null, t.a)).toBe('given');
    expect(await as('user', 'owner', t.b)).toBe('given');
  });

  it('may be CSV, with a header and a line for each entry', async () => {
    await t.write(t.a, 3);
    await t.sign();
    const lines = (await t.export(t.a, { format: 'csv' }, WITH_VALUES)).split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^sequence,id,occurredAt,.*,leafHash$/);
    expect(lines[1]).toMatch(/^1,.*@example\.com/);
  });

  it('is there of the platform’s own log too, for its staff and for no tenant', async () => {
    t.bus.announce(PLATFORM_TENANT_ID);
    await t.write({ ...t.a, id: PLATFORM_TENANT_ID }, 3);
    await t.sign();
    const staff = testContext(PLATFORM_TENANT_ID, READER);
    const { note } = await t.bus.call(getPlatformAuditCheckpoint, {}, staff);
    const { body } = await t.bus.send(exportPlatformAuditLog, '{}', staff);
    const text = Buffer.concat(await Array.fromAsync(body!)).toString();
    const kept = parseCheckpoint(note);
    expect(await verify(text, { checkpoints: [kept] })).toMatchObject({
      origin: originOf(PLATFORM_TENANT_ID),
      last: kept.size,
    });
    for (const operation of [getPlatformAuditCheckpoint, exportPlatformAuditLog]) {
      const refused = await t.bus.send(operation, '{}', testContext(t.a.id, READER));
      expect(refused.fault?.reason).toMatch(/forbidden|not-found/);
    }
  });

  it('is itself audited', async () => {
    await t.export(t.a);
    expect(await t.outbox()).toMatchObject([
      { type: 'Accessed', tenantId: t.a.id, outcome: 'read', changes: [{ action: 'read' }] },
    ]);
  });

  it('is open to a suspended tenant', async () => {
    t.bus.announce(t.a.id, { status: 'suspended' });
    expect(await verify(await t.export(t.a))).toMatchObject({ last: 0 });
  });
});

const printBig = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
