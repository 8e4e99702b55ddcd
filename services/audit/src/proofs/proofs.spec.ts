import { parseCheckpoint, verifyConsistency, verifyInclusion } from '@tenantry/audit-proofs';
import {
  getAuditConsistency,
  getAuditProof,
  getPlatformAuditConsistency,
  getPlatformAuditProof,
  listAuditEvents,
  listPlatformAuditEvents,
  type AuditEvent,
} from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { auditTenants, READER } from '../testing/audit.fixture.js';

const bytes = (hash: string): Buffer => Buffer.from(hash, 'base64url');

describe('proofs of the audit log', () => {
  const t = auditTenants();

  async function events(tenant: TestTenant): Promise<AuditEvent[]> {
    return (await tenant.call(listAuditEvents, { limit: 200 }, READER)).data;
  }
  async function isProved(tenant: TestTenant, id: string, size?: bigint): Promise<boolean> {
    const { leafIndex, leafHash, hashes, checkpoint } = await tenant.call(getAuditProof, { id, size }, READER);
    const { size: treeSize, root } = parseCheckpoint(checkpoint!.note);
    return verifyInclusion(
      { index: Number(leafIndex), size: treeSize, leaf: bytes(leafHash), root },
      hashes.map(bytes),
    );
  }

  it('show that an entry is in what was signed, then and later', async () => {
    await t.write(t.a, 3);
    await t.sign();
    const first = await events(t.a);
    await t.write(t.a, 600);
    await t.sign();
    for (const { id } of [...first, ...(await events(t.a)).slice(0, 20)]) {
      expect(await isProved(t.a, id)).toBe(true);
    }
    const { checkpoint, sequence } = await t.a.call(getAuditProof, { id: first[0]!.id, size: 1n }, READER);
    expect([checkpoint?.size, sequence]).toEqual([3n, 3n]);
    expect(await isProved(t.a, first[0]!.id, 1n)).toBe(true);
  });

  it('show that every state of the log is the beginning of every later one', async () => {
    const sizes = [1, 2, 255, 256, 257, 300, 511, 512, 700];
    await t.write(t.a, sizes.at(-1)!);
    await t.sign();
    for (const [i, from] of sizes.entries()) {
      for (const to of sizes.slice(i)) {
        const proof = await t.a.call(getAuditConsistency, { from: BigInt(from), to: BigInt(to) }, READER);
        const roots = { fromRoot: bytes(proof.fromRootHash), toRoot: bytes(proof.toRootHash) };
        expect(verifyConsistency({ from, to, ...roots }, proof.hashes.map(bytes))).toBe(true);
      }
    }
  });

  it('are between checkpoints what an auditor kept of them', async () => {
    await t.write(t.a, 5);
    await t.sign();
    const old = await t.keep(t.a);
    await t.write(t.a, 5);
    await t.sign();
    const now = await t.keep(t.a);
    const { hashes } = await t.a.call(getAuditConsistency, { from: BigInt(old.size) }, READER);
    expect(
      verifyConsistency({ from: old.size, to: now.size, fromRoot: old.root, toRoot: now.root }, hashes.map(bytes)),
    ).toBe(true);
  });

  it('are of the tenant’s own log only; another’s entry is like one that never was', async () => {
    await Promise.all([t.write(t.a, 1), t.write(t.b, 1)]);
    await t.sign();
    const [own] = await events(t.a);
    const refusal = (id: string): Promise<unknown> =>
      t.b.call(getAuditProof, { id }, READER).catch((error: unknown) => error);
    expect(await refusal(own!.id)).toBeFault('not-found');
    expect(await refusal(own!.id)).toEqual(await refusal(newId()));
    await expect(t.a.call(getAuditProof, { id: own!.id }, { permissions: ['rows.read'] })).rejects.toBeFault(
      'forbidden',
    );
  });

  it('come a second after the entry, not before', async () => {
    await t.write(t.a, 1);
    const [entry] = await events(t.a);
    await expect(t.a.call(getAuditProof, { id: entry!.id }, READER)).rejects.toMatchObject({
      reason: 'conflict',
      retryAfterS: 1,
    });
    await t.sign();
    expect(await isProved(t.a, entry!.id)).toBe(true);
  });

  it.each([
    ['from', { from: 5n, to: 4n }],
    ['from', { from: 0n }],
    ['to', { from: 1n, to: 6n }],
  ])('are refused for a wrong %s: %j', async (field, request) => {
    await t.write(t.a, 5);
    await t.sign();
    await expect(t.a.call(getAuditConsistency, request, READER)).rejects.toBeFault('invalid-input', { field });
  });

  it('are not given of an altered log; operators hear of it instead', async () => {
    await t.write(t.a, 5);
    await t.sign();
    const [entry] = await events(t.a);
    await t.database.admin(`set session_replication_role = replica;
      update audit.entry set leaf_hash = sha256(leaf_hash) where tenant_id = '${t.a.id}' and sequence = 2; set session_replication_role = origin`);
    await expect(t.a.call(getAuditProof, { id: entry!.id }, READER)).rejects.toBeFault('log-altered');
    await expect(t.a.call(getAuditConsistency, { from: 3n }, READER)).rejects.toBeFault('log-altered');
    expect(t.reported.map(({ facts }) => [facts['alarm'], facts['tenantId']])).toEqual(
      Array.from({ length: 2 }, () => ['audit-log-altered', t.a.id]),
    );
  });

  it('are audited when they are asked for', async () => {
    await t.write(t.a, 1);
    await t.sign();
    await t.checkpoint(t.a);
    expect(await t.outbox()).toMatchObject([{ type: 'Accessed', outcome: 'read', changes: [{ resource: 'audit' }] }]);
  });

  it('are given of the platform’s own log to its staff, and to no tenant', async () => {
    t.bus.announce(PLATFORM_TENANT_ID);
    await t.write({ ...t.a, id: PLATFORM_TENANT_ID }, 4);
    await t.sign();
    const staff = testContext(PLATFORM_TENANT_ID, READER);
    const { data } = await t.bus.call(listPlatformAuditEvents, { limit: 1 }, staff);
    const { leafIndex, leafHash, hashes, checkpoint } = await t.bus.call(
      getPlatformAuditProof,
      { id: data[0]!.id },
      staff,
    );
    const { size, root } = parseCheckpoint(checkpoint!.note);
    const at = { index: Number(leafIndex), size, leaf: bytes(leafHash), root };
    expect(verifyInclusion(at, hashes.map(bytes))).toBe(true);
    const grown = await t.bus.call(getPlatformAuditConsistency, { from: 2n }, staff);
    const roots = { fromRoot: bytes(grown.fromRootHash), toRoot: bytes(grown.toRootHash) };
    expect(verifyConsistency({ from: 2, to: size, ...roots }, grown.hashes.map(bytes))).toBe(true);
    const own = (await t.write(t.a, 1), (await events(t.a))[0]!.id);
    await expect(t.bus.call(getPlatformAuditProof, { id: own }, staff)).rejects.toBeFault('not-found');
    await expect(t.a.call(getPlatformAuditProof, { id: data[0]!.id }, READER)).rejects.toMatchObject({
      reason: expect.stringMatching(/forbidden|not-found/),
    });
  });
});
