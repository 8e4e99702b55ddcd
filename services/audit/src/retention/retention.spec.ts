import { parseVerifier, type SignedCheckpoint, verifyInclusion } from '@tenantry/audit-proofs';
import {
  getAuditCompleteness,
  getAuditConsistency,
  getAuditProof,
  getAuditRetention,
  LegalHoldPlaced,
  LegalHoldReleased,
  listAuditEvents,
  setAuditRetention,
} from '@tenantry/contracts';
import { sql } from '@tenantry/database';
import { Clock, newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { auditTenants, READER, verify } from '../testing/audit.fixture.js';

const DAY_MS = 86_400_000;
const WRITER = { permissions: ['audit.read', 'audit.configure'] };
const bytes = (text: string): Uint8Array => Buffer.from(text, 'base64url');

class LaterClock extends Clock {
  days = 0;

  now(): Date {
    return new Date(Date.now() + this.days * DAY_MS);
  }
}

describe('the retention of a log', () => {
  const clock = new LaterClock();
  const t = auditTenants([{ provide: Clock, useValue: clock }]);
  let kept: SignedCheckpoint[];

  beforeEach(async () => {
    clock.days = 0;
    await t.write(t.a, 300);
    await t.write(t.b, 300);
    await t.sign();
    kept = [await t.keep(t.a)];
    await t.write(t.a, 300);
    await t.sign();
    kept.push(await t.keep(t.a));
  });

  const set = (keepDays: number | null, tenant = t.a) => tenant.call(setAuditRetention, { keepDays }, WRITER);
  const get = (tenant = t.a) => tenant.call(getAuditRetention, {}, READER);
  const work = (): Promise<void> => t.bus.runSchedule('audit.retention');
  const completeness = (tenant = t.a) => tenant.call(getAuditCompleteness, {}, READER);
  const count = async (table: string, { id }: TestTenant): Promise<number> => {
    const [row] = await t.database.admin<{ n: number }>(
      `select count(*)::int as n from ${table} where tenant_id = $1`,
      [id],
    );
    return row!.n;
  };
  /** As if the notice of 30 days and the year were over. */
  const pass = async (): Promise<void> => {
    await set(365);
    clock.days = 400;
    await work();
  };

  it('is for ever until somebody says otherwise; a shorter time counts after 30 days, and can be taken back', async () => {
    expect(await get()).toMatchObject({ keepDays: null, nextAt: null, retired: 0n, held: false });
    expect((await get()).templates.map(({ name }) => name)).toContain('hipaa');
    expect(await set(400)).toMatchObject({ keepDays: null, nextKeepDays: 400, nextAt: expect.any(Date) });
    clock.days = 29;
    expect(await get()).toMatchObject({ keepDays: null, nextKeepDays: 400 });
    expect(await set(null)).toMatchObject({ keepDays: null, nextAt: null });
    await set(400);
    clock.days = 60;
    expect(await get()).toMatchObject({ keepDays: 400, nextAt: null });
    expect(await set(500)).toMatchObject({ keepDays: 500, nextAt: null });
    expect(await get(t.b)).toMatchObject({ keepDays: null });
    await expect(set(364)).rejects.toBeFault('invalid-input', { field: 'keepDays' });
    await expect(t.a.call(setAuditRetention, { keepDays: 400 }, READER)).rejects.toBeFault('forbidden');
  });

  it('takes whole blocks from the beginning of the log, values and addresses with them, and nothing of another tenant', async () => {
    await pass();
    expect(await get()).toMatchObject({ keepDays: 365, retired: 512n });
    expect(await completeness()).toMatchObject({ size: 600n, gapFree: true, retired: 512n });
    expect([await count('audit.entry', t.a), await count('audit.entry_value', t.a)]).toEqual([88, 88]);
    expect(await count('audit.origin', t.a)).toBe(1);
    expect([await count('audit.entry', t.b), (await completeness(t.b)).retired]).toEqual([300, 0n]);
    expect((await t.outbox()).filter(({ type }) => type === 'AuditEntriesRetired')).toMatchObject([
      { tenantId: t.a.id, first: '1', last: '512', keepDays: 365 },
    ]);
    await work();
    expect((await get()).retired).toBe(512n);
  });

  it('leaves every checkpoint and proof as they were, and the log goes on', async () => {
    const { data } = await t.a.call(listAuditEvents, { limit: 200 }, READER);
    const ids = [data[0]!.id, data.at(-1)!.id]; // entries 600 and 401
    const prove = (id: string) => t.a.call(getAuditProof, { id, size: 600n }, READER);
    const before = await Promise.all(ids.map(prove));
    await pass();
    const { leafIndex, leafHash, hashes } = before[1]!;
    const said = { index: Number(leafIndex), size: 600, leaf: bytes(leafHash), root: kept[1]!.root };
    expect(verifyInclusion(said, hashes.map(bytes))).toBe(true);
    expect((await prove(ids[0]!)).hashes).toEqual(before[0]!.hashes);
    await expect(prove(ids[1]!)).rejects.toBeFault('not-found');
    await t.write(t.a, 10);
    await t.sign();
    const { hashes: steps } = await t.a.call(getAuditConsistency, { from: 300n, to: 610n }, READER);
    expect(steps.length).toBeGreaterThan(0);
    expect(t.reported).toEqual([]);
  });

  it('shows in an export, which verifies against checkpoints that were kept before', async () => {
    const { key } = await t.checkpoint(t.a);
    await pass();
    const text = await t.export(t.a);
    const trusted = { checkpoints: kept, keys: [parseVerifier(key)] };
    expect(await verify(text, trusted)).toMatchObject({ first: 1, last: 600, size: 600, retired: 512 });
    const lines = text.split('\n');
    expect(lines.filter((line) => line.startsWith('{"retired"'))).toHaveLength(2);
    const refused = async (altered: readonly string[]) => {
      await expect(verify(altered.join('\n'), trusted)).rejects.toThrow(/root|retired|moved|as it was/);
    };
    await refused(lines.with(1, lines[2]!).with(2, lines[1]!));
    await refused(lines.toSpliced(1, 1));
    await refused([...lines.slice(0, 1), ...lines.slice(3, 4), ...lines.slice(1, 3), ...lines.slice(4)]);
    const other = lines[1]!.replace(/"leafHashes":"...../, '"leafHashes":"AAAAA');
    await refused(lines.with(1, other));
    await expect(verify(lines.with(0, lines[0]!.replace('export/2', 'export/1')).join('\n'))).rejects.toThrow(
      'no entry',
    );
  });

  it('waits for legal holds, whatever the order in which it hears of them', async () => {
    const [holdId, early] = [newId(), newId()];
    const tell = (event: LegalHoldPlaced | LegalHoldReleased, tenant = t.a) =>
      t.bus.deliver({ event, tenantId: tenant.id });
    await tell(new LegalHoldReleased({ holdId: early }));
    await tell(new LegalHoldPlaced({ holdId: early }));
    await tell(new LegalHoldPlaced({ holdId }));
    await tell(new LegalHoldPlaced({ holdId: newId() }), t.b);
    await pass();
    expect(await get()).toMatchObject({ held: true, retired: 0n });
    await tell(new LegalHoldReleased({ holdId }));
    await work();
    expect(await get()).toMatchObject({ held: false, retired: 512n });
  });

  it('waits for destinations in use to have the entries', async () => {
    await t.database.admin(
      `insert into audit.destination (tenant_id, id, name, url, format, secret, state, delivered, next_at, created_at)
       values ($1, $2, 'siem', 'https://192.0.2.1/', 'ndjson', 'sealed', 'active', 300, now(), now())`,
      [t.a.id, newId()],
    );
    await pass();
    expect((await get()).retired).toBe(256n);
  });

  it('does not take what is not what was signed, and says so', async () => {
    await t.database.admin(
      `set session_replication_role = replica; update audit.entry set actor_id = 'nobody' where tenant_id = '${t.a.id}' and sequence = 7; set session_replication_role = origin`,
    );
    await pass();
    expect((await get()).retired).toBe(0n);
    expect(t.reported).toMatchObject([{ facts: { alarm: 'audit-log-altered', tenantId: t.a.id } }]);
  });

  it('is the only way in which an entry goes: not for the owner of the table, nor for the job without its hash', async () => {
    const where = `where tenant_id = '${t.a.id}' and sequence = 1`;
    await expect(t.database.admin(`delete from audit.entry ${where}`)).rejects.toThrow('only grows');
    await expect(t.database.admin(`update audit.entry set actor_id = 'x' ${where}`)).rejects.toThrow('only grows');
    const job = t.doors.control.job('audit_retirer');
    await expect(
      job.transaction((tx) => tx.execute(sql`delete from audit.entry where sequence = 1`), { tenantId: t.a.id }),
    ).rejects.toThrow();
    expect(await count('audit.entry', t.a)).toBe(600);
  });
});
