import { Frontier, hashLeaf, isSignedBy, parseCheckpoint, parseVerifier } from '@tenantry/audit-proofs';
import { doctor, sql } from '@tenantry/database';
import { testContext, type TestTenant } from '@tenantry/testing';
import { entriesAfter } from '../log/entry.table.js';
import { leafText } from '../log/leaf.js';
import { auditTenants } from '../testing/audit.fixture.js';

describe('the checkpoints of audit logs', () => {
  const t = auditTenants();

  /** The root as it follows from the entries themselves. */
  async function rootOf(tenant: TestTenant, size: number): Promise<Uint8Array> {
    const rows = {
      query: <T extends object>(statement: ReturnType<typeof sql>) =>
        t.doors.tenants.query<T>(testContext(tenant.id), statement),
    };
    const tree = Frontier.empty();
    for (const entry of await entriesAfter(rows, 0, size)) tree.append(hashLeaf(leafText(entry)));
    expect(tree.size).toBe(size);
    return tree.root();
  }
  const superuser = (text: string): Promise<unknown> =>
    t.database.admin(`set session_replication_role = replica; ${text}; set session_replication_role = origin`);

  it('cover every entry with the root of RFC 9162, however the log grew', async () => {
    for (const entries of [1, 1, 253, 2, 300, 512]) {
      await t.write(t.a, entries);
      await t.sign();
      const { size, note } = await t.checkpoint(t.a);
      const { root } = parseCheckpoint(note);
      expect(Buffer.from(root)).toEqual(Buffer.from(await rootOf(t.a, Number(size))));
    }
    expect((await t.checkpoint(t.a)).size).toBe(1_069n);
    expect(await t.a.count('audit.subtree')).toBe(4);
    expect(await t.a.count('audit.checkpoint')).toBe(6);
  });

  it('are signed for each log under its own name', async () => {
    await Promise.all([t.write(t.a, 3), t.write(t.b, 3)]);
    await t.sign();
    const [a, b] = [await t.checkpoint(t.a), await t.checkpoint(t.b)];
    expect(a.origin).toBe(`tenantry/audit/${t.a.id}`);
    const note = parseCheckpoint(a.note).note;
    expect(isSignedBy(note, parseVerifier(a.key))).toBe(true);
    expect(isSignedBy(note, parseVerifier(b.key))).toBe(false);
    expect(a.rootHash).not.toBe(b.rootHash);
  });

  it('are not made again when nothing happened, and stay as they were', async () => {
    await t.write(t.a, 2);
    await t.sign();
    const first = await t.checkpoint(t.a);
    await t.sign();
    expect(await t.a.count('audit.checkpoint')).toBe(1);
    await t.write(t.a, 1);
    await t.sign();
    expect(await t.checkpoint(t.a, 1n)).toEqual(first);
    expect(await t.checkpoint(t.a, 3n)).toMatchObject({ size: 3n });
    await expect(t.checkpoint(t.a, 4n)).rejects.toBeFault('not-found');
    await expect(t.checkpoint(t.b)).rejects.toBeFault('not-found');
  });

  it('are the same when two replicas sign at once', async () => {
    await t.write(t.a, 300);
    await Promise.all([t.sign(), t.sign(), t.sign()]);
    expect(await t.a.count('audit.checkpoint')).toBe(1);
    expect(await t.a.count('audit.subtree')).toBe(1);
  });

  it.each([
    ['an entry was put in another’s place', 'update audit.entry set leaf_hash = sha256(leaf_hash) where sequence = 2'],
    ['a subtree was replaced', 'update audit.subtree set hash = sha256(hash)'],
    ['entries are missing', 'delete from audit.entry where sequence > 257'],
    ['a checkpoint was replaced', 'update audit.checkpoint set root = sha256(root)'],
  ])('end, with an alarm, where %s; other logs go on', async (_what, attack) => {
    const small = attack.includes('sequence = 2');
    await t.write(t.a, small ? 3 : 260);
    await t.sign();
    const before = await t.checkpoint(t.a);
    await superuser(`${attack} ${attack.includes('where') ? 'and' : 'where'} tenant_id = '${t.a.id}'`);
    await Promise.all([t.write(t.a, 1), t.write(t.b, 1)]);
    await t.sign();
    expect(t.reported).toMatchObject([{ facts: { alarm: 'audit-log-altered', tenantId: t.a.id } }]);
    expect((await t.checkpoint(t.a)).size).toBe(before.size);
    expect((await t.checkpoint(t.b)).size).toBe(1n);
    await t.sign();
    expect(t.reported).toHaveLength(1);
  });

  it('are in tables that let no row out', async () => {
    expect(await doctor(t.database.adminUrl)).toEqual([]);
  });

  it('can be changed by nobody, and made by the signing job only', async () => {
    await t.write(t.a, 256);
    await t.sign();
    for (const table of ['checkpoint', 'subtree']) {
      const change = sql([`update audit.${table} set tenant_id = tenant_id`]);
      const job = t.doors.control.job('audit_signer');
      await expect(job.transaction((tx) => tx.execute(change))).rejects.toBeFault('forbidden');
      await expect(t.doors.tenants.transaction(testContext(t.a.id), (tx) => tx.execute(change))).rejects.toBeFault(
        'forbidden',
      );
      await expect(t.database.admin(`delete from audit.${table}`)).rejects.toThrow('only grows');
    }
    const plant = sql`insert into audit.subtree values (${t.a.id}, 8, 7, ${new Uint8Array(32)})`;
    await expect(t.doors.tenants.transaction(testContext(t.a.id), (tx) => tx.execute(plant))).rejects.toBeFault(
      'forbidden',
    );
  });
});
