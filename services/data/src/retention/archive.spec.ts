import { createHash } from 'node:crypto';
import { eraseSubjectRows, exportRetentionArchive, planSubjectRows } from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import { dataTenants } from '../testing/data.fixture.js';
import { daysAgo, makeTickets, Retention } from './retention.fixture.js';

interface Line {
  readonly table: string;
  readonly leaf: string;
  readonly salt?: string;
  readonly row?: string;
  readonly erased?: boolean;
}

const ANN = [{ table: 'customers', value: '1' }];
const bytes = (text: string): Uint8Array => Buffer.from(text, 'base64url');
const hash = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

describe('an archive of retention', () => {
  const t = dataTenants();
  let own: Retention;
  let runId: string;

  beforeEach(async () => {
    own = new Retention(t, t.pool);
    await makeTickets(own.rows);
    const old = { status: 'closed', closed_at: daysAgo(100), day: null };
    await own.rows.post('tickets', [
      { id: 1, customer: 1, ...old, finding: 'a rash', pin: '1234' },
      { id: 2, customer: 2, ...old, finding: null, pin: null },
    ]);
    await own.rows.post('notes', [{ id: 7, ticket: 1, body: 'about Ann', made_at: null }]);
    const log = await own.carryOut({ archiveDays: 365 });
    expect(log).toMatchObject({
      rowsDeleted: 2n,
      rowsCascaded: 1n,
      rowsArchived: 3n,
      archiveExpiresAt: expect.any(Date),
    });
    runId = log.id;
  });

  const job = (): TenantContext => ({
    ...own.rows.context(),
    actor: { kind: 'service', id: 'compliance', role: null },
    purpose: 'compliance',
  });
  const exported = async (): Promise<{ head: string; lines: Line[] }> => {
    const { text } = await own.rows.send(exportRetentionArchive, { runId });
    const [first, ...lines] = text
      .split('\n')
      .filter(Boolean)
      .map((one) => JSON.parse(one) as Record<string, unknown>);
    return { head: (first!['archive'] as { head: string }).head, lines: lines as unknown as Line[] };
  };
  const headOf = (lines: readonly Line[]): string =>
    lines.reduce<Buffer>((head, { leaf }) => hash(head, bytes(leaf)), Buffer.alloc(32)).toString('base64url');
  const opened = (lines: readonly Line[]) => lines.map(({ row }) => (row ? (JSON.parse(row) as object) : null));

  it('has every row that went, without secrets, and proves with the log of the batch that it is whole', async () => {
    const { head, lines } = await exported();
    expect(lines.map(({ table }) => table).toSorted()).toEqual(['notes', 'tickets', 'tickets']);
    expect(opened(lines)).toContainEqual(expect.objectContaining({ id: 1, customer: 1, finding: 'a rash' }));
    expect(opened(lines)).toContainEqual(expect.objectContaining({ id: 7, body: 'about Ann' }));
    expect(JSON.stringify(lines)).not.toContain('pin');
    for (const { leaf, salt, row } of lines) expect(hash(bytes(salt!), Buffer.from(row!))).toEqual(bytes(leaf));
    expect(headOf(lines)).toBe(head);
    expect((await t.outbox()).filter(({ type }) => type === 'RetentionApplied')).toMatchObject([
      { runId, archiveHead: head },
    ]);
    const stored = await t.database.admin('select line from data.archived_row where run_id = $1', [runId]);
    expect(JSON.stringify(stored)).not.toMatch(/a rash|about Ann/);
  });

  it('leaves a trace of who took it and of each row with health information, and is no other tenant’s', async () => {
    await expect(t.schema.send(exportRetentionArchive, { runId })).rejects.toMatchObject({ reason: 'not-found' });
    const before = (await t.outbox()).length;
    await exported();
    expect((await t.outbox()).slice(before)).toMatchObject([
      { type: 'HealthDataExported', columns: ['tickets.finding'] },
      { type: 'Accessed', changes: [{ resource: 'retention_archive', id: runId, action: 'read' }] },
      { type: 'RowsRead', columns: ['tickets.finding'], changes: [{ resource: 'tickets', id: '1', action: 'read' }] },
    ]);
  });

  it('is named in plans of a person, emptied of them by an erasure, and stays as provable as it was', async () => {
    const before = await exported();
    const { places, shape } = await t.bus.call(planSubjectRows, { subject: ANN }, job());
    expect(places).toContainEqual(
      expect.objectContaining({ table: 'data.archived_row', kind: 'unsearched', rows: 2n }),
    );
    const erased = await t.bus.call(eraseSubjectRows, { erasureId: newId(), subject: ANN, shape }, job());
    expect(erased.places).toContainEqual({ table: 'data.archived_row', action: 'delete', rows: 2n });
    const { head, lines } = await exported();
    expect(
      lines
        .filter((line) => line.erased)
        .map(({ table }) => table)
        .toSorted(),
    ).toEqual(['notes', 'tickets']);
    expect(opened(lines.filter((line) => !line.erased))).toMatchObject([{ id: 2, customer: 2 }]);
    expect([head, headOf(lines)]).toEqual([before.head, before.head]);
    const changes = (await t.outbox()).flatMap((event) => (event.cause === 'erasure' ? event.changes : []));
    expect(changes).toContainEqual({ resource: 'notes', id: '7', action: 'delete' });
    expect((await t.bus.call(planSubjectRows, { subject: ANN }, job())).places.map(({ table }) => table)).not.toContain(
      'data.archived_row',
    );
  });

  it('keeps what an erasure keeps, and what may be under a hold', async () => {
    const { shape } = await t.bus.call(planSubjectRows, { subject: ANN }, job());
    const erase = (places: object[]) =>
      t.bus.call(eraseSubjectRows, { erasureId: newId(), subject: ANN, shape, places } as never, job());
    await own.hold({ table: 'notes' });
    await expect(erase([])).rejects.toMatchObject({ reason: 'rows-held' });
    const keep = ['tickets', 'notes'].map((table) => ({ table, action: 'keep' }));
    await erase([...keep, { table: 'customers', action: 'mask' }]);
    expect((await exported()).lines.filter((line) => line.erased)).toEqual([]);
  });

  it('goes when its days are over, unless something of the tenant is held', async () => {
    const pass = (more = '') =>
      t.database.admin(
        `update data.data_retention_log set archive_expires_at = now() - interval '1 minute', not_before = now() - interval '1 minute' where id = $1 ${more}`,
        [runId],
      );
    const rows = () => t.database.admin('select from data.archived_row where run_id = $1', [runId]);
    await own.hold({ table: 'customers' });
    await pass();
    await own.work();
    expect(await rows()).toHaveLength(3);
    await t.database.admin('update data.row_hold set released_at = now() where tenant_id = $1', [own.rows.id]);
    await pass();
    await own.work();
    expect(await rows()).toEqual([]);
    expect((await own.runs())[0]).toMatchObject({ archiveDeletedAt: expect.any(Date) });
    await expect(exported()).rejects.toMatchObject({ reason: 'conflict' });
    expect(await t.outbox()).toContainEqual(expect.objectContaining({ type: 'RetentionArchiveDeleted', runId }));
  });
});
