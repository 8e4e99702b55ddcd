import { Controller } from '@nestjs/common';
import { exportRows, type ExportRowsRequest, HealthDataExported, Reply } from '@tenantry/contracts';
import { TenantDatabase, type Transaction, Vault } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { assertMayExport, Directories, Handles } from '@tenantry/messaging';
import { isHealthData } from '../agreements/health-data.js';
import { DataSettings } from '../config.js';
import { Catalog, isCurrent, requireCurrent } from '../spaces/catalog.js';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { columnOf } from '../tables/table-definition.js';
import { accessTo, callerOf, type Caller } from './caller.js';
import { type CsvEscape, csvLine, escapeOf } from './csv.js';
import { parseExact } from './json.js';
import { openAnswer } from './open-answer.js';
import { parseQueryString } from './query/parse-query.js';
import { explainRefusal } from './row-fault.js';
import { tableOf } from './row-reader.js';
import { printExport } from './statement/print-read.js';
import { type AnswerShape, isPlain } from './statement/shape.js';
import { recordReads, traced } from './trace.js';

const BATCH_ROWS = 500;
const NOTHING = new Uint8Array(0);

interface ExportRow {
  readonly row: string;
  readonly version: bigint;
}

type Row = Readonly<Record<string, unknown>>;
type Print = (rows: readonly Row[]) => string;

/** One export while it runs. */
interface Exporting {
  readonly caller: Caller;
  readonly space: TableSpace;
  readonly table: PlacedTable;
  readonly shape: AnswerShape;
  readonly print: Print;
  /** The columns of health information that are known to leave. */
  readonly told: Set<string>;
}

/** Exports rows as a stream, through a cursor: its memory does not grow with the number of rows. */
@Controller()
export class ExportRows {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
    private readonly vault: Vault,
    private readonly settings: DataSettings,
    private readonly directories: Directories,
  ) {}

  @Handles(exportRows)
  async handle(request: ExportRowsRequest, ctx: TenantContext): Promise<Reply<AsyncIterable<Uint8Array>>> {
    assertMayExport(ctx, this.directories.policies.get(ctx.tenantId));
    const format = formatOf(request.accept);
    const print = format === 'csv' ? csvPrinter(csvEscapeOf(request.accept)) : printNdjson;
    const query = parseQueryString(request.query);
    const caller = callerOf(ctx);
    return this.catalog.use(ctx, async (space) => {
      const context = { space, principal: caller.principal, maxRows: this.settings.ROWS_MAX };
      const table = tableOf(space, request.table);
      const { statement, shape } = printExport(table, traced(ctx, table, query), context);
      const batches = this.tenants
        .stream<ExportRow>(caller.ctx, statement, BATCH_ROWS, accessTo(space))
        [Symbol.asyncIterator]();
      // The first batch is waited for: what Postgres refuses is a refusal, not a broken stream.
      const first = await batches.next().catch((error: unknown) => {
        throw explainRefusal(error, space);
      });
      const body = this.#print({ caller, space, table, shape, print, told: new Set() }, first, batches);
      await body.next(); // once begun, giving it up gives the connection back
      const version = first.done ? undefined : first.value[0]?.version;
      if (version !== undefined && !isCurrent(space, version)) {
        await body.return();
        requireCurrent(space, version);
      }
      return new Reply<AsyncIterable<Uint8Array>>(body, {
        headers: {
          'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8',
          'content-disposition': `attachment; filename="${request.table}.${format}"`,
        },
      });
    });
  }

  async *#print(
    exporting: Exporting,
    first: IteratorResult<ExportRow[]>,
    batches: AsyncIterator<ExportRow[]>,
  ): AsyncGenerator<Uint8Array, void> {
    const { caller, shape, print } = exporting;
    try {
      yield NOTHING;
      for (let next = first; !next.done; next = await batches.next()) {
        const texts = next.value.map(({ row }) => row);
        if (print === printNdjson && isPlain(shape) && !caller.ctx.grant) {
          yield Buffer.from(texts.map((text) => `${text}\n`).join(''));
        } else {
          yield Buffer.from(print(await this.#open(exporting, texts)));
        }
      }
    } finally {
      await batches.return?.();
    }
  }

  /** What is encrypted is opened, and its trace committed, before it goes out. */
  async #open(exporting: Exporting, texts: readonly string[]): Promise<readonly Row[]> {
    const { caller, table, shape } = exporting;
    const body = `[${texts.join(',')}]`;
    if (isPlain(shape) && !caller.ctx.grant) {
      return parseExact(body) as Row[];
    }
    const opened = await openAnswer(this.vault, caller.ctx.tenantId, body, shape);
    if (opened.reads.length === 0 && !caller.ctx.grant) {
      return opened.rows as readonly Row[];
    }
    const record = (tx: Transaction): Promise<readonly object[]> => {
      tellExport(tx, exporting, opened.columns);
      return Promise.resolve(recordReads(tx, table, opened));
    };
    return (await this.tenants.transaction(caller.ctx, record)) as readonly Row[];
  }
}

/** Tells once of each column of health information, `table.column`, that it leaves. */
function tellExport(tx: Transaction, { space, table, told }: Exporting, opened: readonly string[]): void {
  const isHealth = (path: string): boolean => {
    const [name = '', column = ''] = path.split('.');
    const found = columnOf(space.table(name)!.definition, column);
    return found !== undefined && isHealthData(found);
  };
  const columns = opened.filter((column) => !told.has(column) && isHealth(column));
  if (columns.length === 0) return;
  columns.forEach((column) => told.add(column));
  tx.publish(new HealthDataExported({ table: table.definition.name, columns }));
}

const printNdjson: Print = (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** The header comes with the first rows. */
function csvPrinter(escape: CsvEscape): Print {
  let names: readonly string[] | null = null;
  return (rows) => {
    const header = names === null && rows.length > 0;
    names ??= rows.length > 0 ? Object.keys(rows[0]!) : null;
    const lines = rows.map((row) => names!.map((name) => row[name]));
    return (header ? [names!, ...lines] : lines).map((values) => csvLine(values, escape)).join('');
  };
}

/** How the first media type of CSV wants its cells. */
function csvEscapeOf(accept: string): CsvEscape {
  const escape = escapeOf(accept.split(',').find((part) => /^\s*text\/csv\b/i.test(part))!);
  if (!escape) {
    throw new Fault('query-not-supported', { field: 'accept', detail: 'escape is formula or none' });
  }
  return escape;
}

function formatOf(accept: string): 'csv' | 'ndjson' {
  const types = accept.split(',').map((part) => part.split(';', 1)[0]!.trim().toLowerCase());
  if (types.includes('text/csv')) {
    return 'csv';
  }
  const isNdjson = (type: string): boolean =>
    ['', '*/*', 'application/*', 'application/json', 'application/x-ndjson', 'application/ndjson'].includes(type);
  if (types.some(isNdjson)) {
    return 'ndjson';
  }
  throw new Fault('query-not-supported', {
    field: 'accept',
    detail: 'Rows are exported as application/x-ndjson or text/csv',
  });
}
