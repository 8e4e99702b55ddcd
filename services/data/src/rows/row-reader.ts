import { Injectable } from '@nestjs/common';
import { TenantDatabase, type Transaction, Vault } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { DataSettings } from '../config.js';
import { Catalog, requireCurrent } from '../spaces/catalog.js';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { accessTo, callerOf, type Caller } from './caller.js';
import { openAnswer } from './open-answer.js';
import type { Format, Preferences, RowRange } from './query/preferences.js';
import { EMPTY_LEVEL, type RowsQuery } from './query/query.js';
import { explainRefusal } from './row-fault.js';
import { printRead, type PrintedRead, type ReadRow } from './statement/print-read.js';
import type { AnswerShape } from './statement/shape.js';
import { isPlain } from './statement/shape.js';
import { recordReads, traced } from './trace.js';

/** A page of rows that was asked for. */
export interface ReadRequest {
  readonly table: string;
  readonly query: RowsQuery;
  readonly preferences: Preferences;
  readonly range: RowRange | null;
  readonly format: Format;
  /** Whether only the headers of the answer are wanted. */
  readonly headOnly: boolean;
}

/** A page of rows as JSON text. */
export interface Page {
  readonly body: string;
  readonly rows: number;
  readonly offset: number;
  readonly total: number | null;
}

/** The table of a name. @throws Fault `not-found` */
export function tableOf(space: TableSpace, name: string): PlacedTable {
  const table = space.table(name);
  if (!table) {
    throw new Fault('not-found');
  }
  return table;
}

/** Reads pages of rows. What Postgres built goes out as it is, unless there is something to open in it. */
@Injectable()
export class RowReader {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
    private readonly vault: Vault,
    private readonly settings: DataSettings,
  ) {}

  /** Rows of one table in one answer. */
  get maxRows(): number {
    return this.settings.ROWS_MAX;
  }

  async read(ctx: TenantContext, request: ReadRequest): Promise<Page> {
    const caller = callerOf(ctx);
    return this.catalog.use(ctx, (space) => this.readFrom(caller, space, request));
  }

  /** Reads from the tables as last known. */
  async readFrom(caller: Caller, space: TableSpace, request: ReadRequest): Promise<Page> {
    const { limit, offset } = this.windowOf(request);
    const table = tableOf(space, request.table);
    const printed = printRead(
      table,
      traced(caller.ctx, table, request.query),
      { space, principal: caller.principal, maxRows: this.settings.ROWS_MAX },
      {
        limit,
        offset,
        count: request.preferences.count,
        stripNulls: request.format.stripNulls,
        headOnly: request.headOnly,
      },
    );
    const page = await this.#run(caller, space, table, printed).catch((error: unknown) => {
      throw explainRefusal(error, space);
    });
    return { ...page, offset };
  }

  /** Opens what is encrypted in an answer and leaves the trace of it in the same commit. */
  async openIn(tx: Transaction, table: PlacedTable, body: string, shape: AnswerShape): Promise<string> {
    if (isPlain(shape) && !tx.ctx?.grant) {
      return body;
    }
    return JSON.stringify(recordReads(tx, table, await openAnswer(this.vault, tx.tenantId, body, shape)));
  }

  async #run(
    caller: Caller,
    space: TableSpace,
    table: PlacedTable,
    { statement, shape }: PrintedRead,
  ): Promise<Omit<Page, 'offset'>> {
    if (isPlain(shape) && !caller.ctx.grant) {
      const [row] = await this.tenants.query<ReadRow>(caller.ctx, statement, accessTo(space));
      return pageOf(row!, row!.body, space);
    }
    return this.tenants.transaction(
      caller.ctx,
      async (tx) => {
        const row = await tx.one<ReadRow>(statement);
        return pageOf(row!, await this.openIn(tx, table, row!.body, shape), space);
      },
      accessTo(space),
    );
  }

  /** `limit` and `offset` say which rows, else the Range header; never more than a page holds. */
  windowOf({ query, range }: ReadRequest): { limit: number; offset: number } {
    const level = query.levels.get('') ?? EMPTY_LEVEL;
    const offset = level.offset ?? range?.offset ?? 0;
    const limit = level.limit ?? range?.limit ?? this.settings.ROWS_MAX;
    return { offset, limit: Math.min(limit, this.settings.ROWS_MAX) };
  }
}

function pageOf({ rows, total, version }: ReadRow, body: string, space: TableSpace): Omit<Page, 'offset'> {
  requireCurrent(space, version);
  return { body, rows, total: total === null ? null : Number(total) };
}
