import { Controller } from '@nestjs/common';
import {
  collectSubjectRows,
  type CollectSubjectRowsRequest,
  Reply,
  RowsRead,
  type SubjectRows,
} from '@tenantry/contracts';
import { type RowChange, TenantDatabase, Vault } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { accessTo } from '../rows/caller.js';
import { parseExact } from '../rows/json.js';
import { rowKey } from '../rows/row-key.js';
import { openValue, placeOf } from '../rows/sealed-value.js';
import type { ColumnDefinition } from '../tables/table-definition.js';
import { type CollectedRow, openedColumns, printCollect } from './print-collect.js';
import { type Found, SubjectFinder } from './subject-finder.js';

const BATCH_ROWS = 500;

/** What of a table is collected. */
interface Collecting {
  readonly table: string;
  readonly opened: readonly ColumnDefinition[];
}

/** Gives a person's rows of one table as a stream, in constant memory. */
@Controller()
export class CollectSubjectRows {
  constructor(
    private readonly finder: SubjectFinder,
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
  ) {}

  @Handles(collectSubjectRows)
  handle(request: CollectSubjectRowsRequest, ctx: TenantContext): Promise<Reply<SubjectRows>> {
    const { subject, shape, table, reveal } = request;
    return this.finder.find(ctx, subject, shape, async (found) => {
      const place = found.walk.own.find((one) => one.table.definition.name === table);
      if (!place) {
        throw new Fault('invalid-input', { field: 'table', detail: `The plan has no rows of the person in ${table}` });
      }
      const statement = printCollect(found.statements, place, new Set(reveal));
      const batches = this.tenants.stream<CollectedRow>(found.caller.ctx, statement, BATCH_ROWS, accessTo(found.space));
      const lines = this.#lines(found, { table, opened: openedColumns(place) }, batches[Symbol.asyncIterator]());
      // The first batch is waited for: what Postgres refuses is a refusal, not a broken stream.
      const first = await lines.next();
      return new Reply<AsyncIterable<Uint8Array>>(resume(first, lines), {
        headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
      }) as never;
    });
  }

  async *#lines(
    found: Found,
    what: Collecting,
    batches: AsyncIterator<CollectedRow[]>,
  ): AsyncGenerator<Uint8Array, void> {
    try {
      for (let next = await batches.next(); !next.done; next = await batches.next()) {
        yield Buffer.from((await this.#open(found, what, next.value)).join(''));
      }
    } finally {
      await batches.return?.();
    }
  }

  /** What is encrypted is opened, and its trace committed, before it goes out. */
  async #open(
    { caller: { ctx } }: Found,
    { table, opened }: Collecting,
    rows: readonly CollectedRow[],
  ): Promise<string[]> {
    const reads: RowChange[] = [];
    const lines = rows.map(async ({ row, key, redacted }) => {
      const id = rowKey(key);
      const hidden = JSON.stringify(redacted);
      if (opened.length === 0) return `{"row":${row},"redacted":${hidden}}\n`;
      const values = parseExact(row) as Record<string, unknown>;
      const sealed = opened.filter(({ name }) => values[name] !== null);
      if (sealed.length > 0) reads.push({ resource: table, id, action: 'read' });
      for (const column of sealed) {
        const { name } = column;
        values[name] = await openValue(
          this.vault,
          ctx.tenantId,
          placeOf(table, name, id),
          String(values[name]),
          column,
        );
      }
      return `{"row":${JSON.stringify(values)},"redacted":${hidden}}\n`;
    });
    const texts = await Promise.all(lines);
    if (reads.length > 0) await this.#record(ctx, { table, opened }, reads);
    return texts;
  }

  async #record(ctx: TenantContext, { table, opened }: Collecting, changes: readonly RowChange[]): Promise<void> {
    const columns = opened.map(({ name }) => `${table}.${name}`);
    await this.tenants.transaction(ctx, (tx) => {
      tx.publish(new RowsRead({ table, columns }), { changes });
      return Promise.resolve();
    });
  }
}

async function* resume(
  first: IteratorResult<Uint8Array>,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (!first.done) yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
