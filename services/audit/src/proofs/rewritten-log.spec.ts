import { hashLeaf, parseVerifier, type SignedCheckpoint } from '@tenantry/audit-proofs';
import { getAuditConsistency, getAuditProof } from '@tenantry/contracts';
import { sql, type Sql } from '@tenantry/database';
import { testContext } from '@tenantry/testing';
import { entriesAfter } from '../log/entry.table.js';
import { leafText } from '../log/leaf.js';
import { auditTenants, READER, verify } from '../testing/audit.fixture.js';

const ENTRIES = 600;
const KEPT_AT = 400;
const FREE = 1_000_000;
const ROWS_OF_THE_EVENT = 100;
const WITH_VALUES = ['audit.read', 'audit.values'];

/**
 * The attacker is superuser and holds the signing key. An auditor holds one earlier checkpoint, and nothing else.
 */
describe('a log that was rewritten with superuser SQL', () => {
  const t = auditTenants();
  let kept: SignedCheckpoint;

  beforeEach(async () => {
    await t.write(t.a, KEPT_AT);
    await t.sign();
    kept = await t.keep(t.a);
    await t.write(t.a, ENTRIES - KEPT_AT);
    await t.sign();
  });

  /** Runs SQL past triggers and row-level security; $log is the log that is attacked. */
  async function attack(text: string): Promise<void> {
    const statements = text.replaceAll('$log', `tenant_id = '${t.a.id}'`);
    await t.database.admin(
      `set session_replication_role = replica; ${statements}; set session_replication_role = origin`,
    );
  }

  /** Makes all hashes fit again and signs them: leaves, tree and checkpoints, with the service's own code and key. */
  async function hashAndSignAgain(): Promise<void> {
    const rows = {
      query: <T extends object>(statement: Sql) => t.doors.tenants.query<T>(testContext(t.a.id), statement),
    };
    const entries = await entriesAfter(rows, 0, ENTRIES + 1);
    const hashes = entries.map(
      (entry) =>
        `('${t.a.id}'::uuid, ${entry.sequence}, '\\x${Buffer.from(hashLeaf(leafText(entry))).toString('hex')}'::bytea)`,
    );
    await attack(`update audit.entry set leaf_hash = fresh.hash from (values ${hashes.join()}) fresh (tenant, number, hash)
        where tenant_id = fresh.tenant and sequence = fresh.number;
      delete from audit.subtree where $log; delete from audit.checkpoint where $log;
      update audit.head set size = ${entries.length} where $log`);
    await t.sign();
  }

  /** Renumbers, by way of numbers that are free. */
  const shift = (from: number, by: number): string =>
    `update audit.entry set sequence = sequence + ${FREE} where $log and sequence >= ${from};
     update audit.entry set sequence = sequence - ${FREE - by} where $log and sequence > ${FREE}`;
  const attacks: Readonly<Record<string, { sql: string; found: string }>> = {
    'an update': {
      sql: `update audit.entry set actor_id = 'somebody else' where $log and sequence = 123`,
      found: 'entry 123: its content was changed',
    },
    'an update of a value': {
      sql: `update audit.entry set new_values = '{"role":"owner"}' where $log and sequence = 123`,
      found: 'entry 123: its content was changed',
    },
    'a removal': {
      sql: 'delete from audit.entry where $log and sequence = 123',
      found: 'entry 123: here stands entry 124',
    },
    'a removal, closed up': {
      sql: `delete from audit.entry where $log and sequence = 123; ${shift(124, -1)}`,
      found: 'entry 123: its content was changed',
    },
    'a swap': {
      sql: `update audit.entry set sequence = ${FREE} + 247 - sequence where $log and sequence in (123, 124);
            update audit.entry set sequence = sequence - ${FREE} where $log and sequence > ${FREE}`,
      found: 'entry 123: its content was changed',
    },
    'an insertion': {
      sql: `${shift(123, 1)};
            insert into audit.entry select (json_populate_record(entry, json_build_object(
              'sequence', 123, 'id', gen_random_uuid(), 'event_id', gen_random_uuid(), 'action', 'nothing.happened'))).*
            from audit.entry where $log and sequence = 122`,
      found: 'entry 123: its content was changed',
    },
    'a truncation': {
      sql: 'delete from audit.entry where $log and sequence > 300',
      found: 'entry 301: the export has no entry after 300',
    },
  };

  it('was honest before', async () => {
    const { key } = await t.checkpoint(t.a);
    await expect(
      verify(await t.export(t.a), { checkpoints: [kept], keys: [parseVerifier(key)] }),
    ).resolves.toMatchObject({ last: ENTRIES });
  });

  it.each(Object.entries(attacks))('shows %s, and where', async (_what, { sql: statements, found }) => {
    await attack(statements);
    await expect(verify(await t.export(t.a))).rejects.toThrow(found);
  });

  it.each(Object.entries(attacks).filter(([what]) => what !== 'a removal'))(
    'shows %s though everything was hashed and signed again',
    async (what, { sql: statements }) => {
      await attack(statements);
      await hashAndSignAgain();
      const text = await t.export(t.a);
      const { key } = await t.checkpoint(t.a);
      await expect(verify(text, { keys: [parseVerifier(key)] })).resolves.toMatchObject({ first: 1 });
      const trusted = { checkpoints: [kept], keys: [parseVerifier(key)] };
      const found =
        what === 'a truncation'
          ? 'the log has lost entries since: it ends at 300'
          : `not those that checkpoint ${KEPT_AT} covers`;
      await expect(verify(text, trusted)).rejects.toThrow(found);
    },
  );

  it('keeps every proof when values are erased, which is no rewriting', async () => {
    const shown = await t.export(t.a, {}, WITH_VALUES);
    const { id, eventId } = entryOf(shown, 123).entry;
    const proofs = async (): Promise<unknown> => [
      await t.a.call(getAuditProof, { id }, READER),
      await t.a.call(getAuditConsistency, { from: BigInt(KEPT_AT) }, READER),
    ];
    const before = await proofs();
    await t.doors.control.job('audit_eraser').transaction(async (tx) => {
      await tx.execute(sql`delete from audit.entry_value where tenant_id = ${t.a.id} and sequence = 123`);
      await tx.execute(sql`delete from audit.origin where tenant_id = ${t.a.id} and event_id = ${eventId}`);
    });
    expect(await proofs()).toEqual(before);
    const erased = await t.export(t.a, {}, WITH_VALUES);
    expect(await verify(erased, { checkpoints: [kept] })).toMatchObject({
      last: ENTRIES,
      erased: ROWS_OF_THE_EVENT + 1,
    });
    expect(entryOf(erased, 123)).toEqual({
      ...entryOf(shown, 123),
      disclosed: { origin: { erased: true }, old: {}, new: { email: { erased: true } } },
    });
  });
});

interface Line {
  readonly leafHash: string;
  readonly entry: { readonly id: string; readonly eventId: string };
  readonly disclosed: object;
}

function entryOf(text: string, sequence: number): Line {
  return JSON.parse(text.split('\n')[sequence] ?? '') as Line;
}
