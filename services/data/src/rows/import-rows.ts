import { Controller } from '@nestjs/common';
import { importRows, type ImportReport, type ImportRowsRequest, RowsChanged } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { isHealthData } from '../agreements/health-data.js';
import { DataSettings } from '../config.js';
import { Quotas } from '../quotas/quotas.js';
import { Catalog } from '../spaces/catalog.js';
import type { TableSpace } from '../spaces/table-space.js';
import type { TableDefinition } from '../tables/table-definition.js';
import { accessTo, writerOf } from './caller.js';
import { ChangePublisher } from './change-publisher.js';
import { type CsvEscape, escapeOf } from './csv.js';
import { headerFault, importLimitReached } from './import/import-fault.js';
import { importBatch, type ImportTarget } from './import/import-batch.js';
import { readCsv } from './import/read-csv.js';
import { readNdjson } from './import/read-ndjson.js';
import { Spool } from './import/spool.js';
import { conflictRule } from './insert.js';
import { parseQueryString } from './query/parse-query.js';
import { parsePreferences } from './query/preferences.js';
import { tableOf } from './row-reader.js';
import type { JsonRow } from './rows-body.js';

/** What the process does at a stretch while others wait, and what one event carries. */
const BATCH_ROWS = 200;

/** Imports a stream of rows: all of them in one commit, or none and the row at fault. */
@Controller()
export class ImportRows {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
    private readonly quotas: Quotas,
    private readonly settings: DataSettings,
    private readonly publisher: ChangePublisher,
  ) {}

  @Handles(importRows)
  async handle(
    request: ImportRowsRequest,
    ctx: TenantContext,
    upload: AsyncIterable<Uint8Array>,
  ): Promise<ImportReport> {
    const format = formatOf(request.contentType);
    // Refused before the first byte is taken, where that can be told.
    await this.catalog.use(ctx, async (space) => tableOf(space, request.table));
    const spool = await Spool.fill(upload, this.settings.IMPORT_MAX_BYTES);
    try {
      const rows = await this.catalog.use(ctx, (space) =>
        this.#apply(request, ctx, space, (table) =>
          format === 'ndjson' ? readNdjson(spool.read()) : readCsv(spool.read(), table, format.csv),
        ),
      );
      return { table: request.table, rows: BigInt(rows), bytes: BigInt(spool.bytes) };
    } finally {
      await spool.close();
    }
  }

  async #apply(
    request: ImportRowsRequest,
    ctx: TenantContext,
    space: TableSpace,
    read: (table: TableDefinition) => AsyncGenerator<JsonRow>,
  ): Promise<number> {
    const caller = writerOf(ctx);
    const table = tableOf(space, request.table);
    const query = parseQueryString(request.query);
    const onConflict = conflictRule(table, { query, preferences: parsePreferences(request.prefer) });
    if (table.definition.columns.some(isHealthData)) await this.catalog.gate.opens(ctx.tenantId);
    const work = async (tx: Transaction): Promise<number> => {
      const vault = this.publisher.vaults.tenant;
      const target: ImportTarget = { tx, caller, space, table, vault, gate: this.catalog.gate, onConflict };
      let batch: JsonRow[] = [];
      let taken = 0;
      for await (const row of read(table.definition)) {
        batch.push(row);
        if (taken + batch.length > this.settings.IMPORT_MAX_ROWS) {
          throw headerFault('body', `An import has at most ${this.settings.IMPORT_MAX_ROWS} rows`);
        }
        if (batch.length === BATCH_ROWS) {
          await this.#batch(target, batch, taken + 1);
          taken += batch.length;
          batch = [];
        }
      }
      if (batch.length > 0) {
        await this.#batch(target, batch, taken + 1);
      }
      const passed = await this.quotas.hold(tx, request.table, 'rows');
      if (passed) {
        throw importLimitReached(passed, request.table, null); // others were faster: no row of this import is to blame
      }
      return taken + batch.length;
    };
    return this.tenants.transaction(caller.ctx, work, accessTo(space));
  }

  async #batch(target: ImportTarget, rows: readonly JsonRow[], first: number): Promise<void> {
    const { tx, table } = target;
    await importBatch(target, rows, first);
    const passed = await this.quotas.look(tx, table.definition.name);
    if (passed) {
      throw importLimitReached(passed, table.definition.name, target.onConflict ? null : first + rows.length - 1);
    }
    const changes = await this.publisher.take(tx, target.space);
    if (changes.length > 0) {
      tx.publish(new RowsChanged({ table: table.definition.name, cause: 'import', rows: BigInt(changes.length) }), {
        changes,
      });
    }
  }
}

function formatOf(contentType: string): 'ndjson' | { readonly csv: CsvEscape } {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  const csv = type === 'text/csv' ? escapeOf(contentType) : null;
  if (csv) {
    return { csv };
  }
  if (type === 'application/x-ndjson' || type === 'application/ndjson' || type === 'application/jsonl') {
    return 'ndjson';
  }
  throw new Fault('unsupported-media-type', {
    detail: 'Rows are imported as application/x-ndjson or text/csv, with escape=formula or escape=none',
  });
}
