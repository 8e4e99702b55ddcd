import { Controller } from '@nestjs/common';
import {
  exportRetentionArchive,
  type ExportRetentionArchiveRequest,
  HealthDataExported,
  Reply,
  RowsRead,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { assertMayExport, Directories, Handles } from '@tenantry/messaging';
import { Archive } from './archive.js';
import { archiveOf, type ArchivedRow, phiOf } from './archived-row.table.js';
import type { RetentionLog } from './retention-log.js';
import { findLog } from './retention-log.table.js';

const BATCH_ROWS = 500;

/** Gives an archive as a stream. That it leaves, and which rows with health information are in it, is in the log before they go out. */
@Controller()
export class ExportRetentionArchive {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly archive: Archive,
    private readonly directories: Directories,
  ) {}

  @Handles(exportRetentionArchive)
  async handle(
    { runId }: ExportRetentionArchiveRequest,
    ctx: TenantContext,
  ): Promise<Reply<AsyncIterable<Uint8Array>>> {
    assertMayExport(ctx, this.directories.policies.get(ctx.tenantId));
    const log = await findLog({ query: (statement) => this.tenants.query(ctx, statement) }, runId);
    if (!log) throw new Fault('not-found');
    if (!log.archiveHead || log.archiveDeletedAt) {
      const detail = log.archiveDeletedAt ? 'The archive of this run was deleted' : 'This run has archived nothing';
      throw new Fault('conflict', { detail });
    }
    await this.#tell(ctx, log);
    return new Reply<AsyncIterable<Uint8Array>>(this.#lines(ctx, log), {
      headers: {
        'content-type': 'application/x-ndjson; charset=utf-8',
        'content-disposition': `attachment; filename="${log.table}-${runId}.ndjson"`,
      },
    });
  }

  /** Health information that leaves is in the disclosure ledger, too. */
  async #tell(ctx: TenantContext, { id: runId, table }: RetentionLog): Promise<void> {
    const phi = await this.tenants.query<{ column: string }>(ctx, phiOf(runId));
    if (phi.length === 0) return;
    await this.tenants.transaction(ctx, (tx) => {
      tx.publish(new HealthDataExported({ table, columns: phi.map(({ column }) => column) }));
      return Promise.resolve();
    });
  }

  async *#lines(ctx: TenantContext, log: RetentionLog): AsyncGenerator<Uint8Array, void> {
    const { id: runId, ruleId, table, rowsArchived, archiveHead, startedAt, archiveExpiresAt } = log;
    const head = Buffer.from(archiveHead!).toString('base64url');
    const facts = { format: 'tenantry/retention-archive/1', tenantId: ctx.tenantId, runId, ruleId, table };
    yield line({ archive: { ...facts, rows: rowsArchived.toString(), head, startedAt, expiresAt: archiveExpiresAt } });
    for await (const rows of this.tenants.stream<ArchivedRow>(ctx, archiveOf(runId), BATCH_ROWS)) {
      await this.#recordReads(ctx, log, rows);
      const lines = await Promise.all(rows.map((row) => this.#lineOf(ctx.tenantId, runId, row)));
      yield Buffer.concat(lines);
    }
  }

  async #lineOf(tenantId: string, runId: string, row: ArchivedRow): Promise<Uint8Array> {
    const facts = {
      position: row.position.toString(),
      table: row.table,
      leaf: Buffer.from(row.leaf).toString('base64url'),
    };
    if (row.line === null) return line({ ...facts, erased: true });
    const [salt, text] = await this.archive.open(tenantId, runId, row);
    return line({ ...facts, salt, row: text });
  }

  async #recordReads(ctx: TenantContext, { table }: RetentionLog, rows: readonly ArchivedRow[]): Promise<void> {
    const read = rows.filter(({ phi, line: kept }) => phi.length > 0 && kept !== null);
    if (read.length === 0) return;
    const columns = [...new Set(read.flatMap(({ phi }) => phi))];
    const changes = read.map(({ table: resource, key: id }) => ({ resource, id, action: 'read' as const }));
    await this.tenants.transaction(ctx, (tx) => {
      tx.publish(new RowsRead({ table, columns }), { changes });
      return Promise.resolve();
    });
  }
}

function line(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
