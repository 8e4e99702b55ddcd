import { Injectable } from '@nestjs/common';
import { TenantDatabase, type Transaction, Vault } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { DataSettings } from '../../config.js';
import { Catalog, requireCurrent } from '../../spaces/catalog.js';
import type { PlacedTable, TableSpace } from '../../spaces/table-space.js';
import { accessTo, callerOf, type Caller } from '../caller.js';
import { parseExact } from '../json.js';
import { openRows, type Row } from '../open-answer.js';
import { openingOnce, type Opens } from '../sealed-value.js';
import { type Condition, EMPTY_LEVEL, type RowsQuery } from '../query/query.js';
import { explainRefusal } from '../row-fault.js';
import { type Page, type ReadRequest, RowReader, tableOf } from '../row-reader.js';
import { printRead, type ReadRow } from '../statement/print-read.js';
import { Scope } from '../statement/scope.js';
import type { AnswerShape } from '../statement/shape.js';
import { recordReads, traced } from '../trace.js';
import { findMatches, matching } from './matches.js';
import { blindCondition, withConditions, withoutHidden } from './search-plan.js';
import { type Sought, soughtIn } from './sought.js';

/** One search while it runs. */
interface Searching {
  readonly tx: Transaction;
  readonly vault: Opens;
  readonly caller: Caller;
  readonly space: TableSpace;
  readonly table: PlacedTable;
  readonly request: ReadRequest;
  readonly sought: readonly Sought[];
  /** What narrows the search: one for each condition without which no row is wanted. */
  readonly blind: readonly Condition[];
  readonly limit: number;
  readonly offset: number;
}

/** A page as Postgres found it. */
interface FoundPage {
  readonly rows: readonly Row[];
  readonly total: number | null;
  readonly shape: AnswerShape;
}

/**
 * Finds rows by the values of encrypted columns too. Postgres finds those with the same blind index, which are a few too many;
 * they are opened and those that only look alike left out. Who finds a row by a value has read it: that is recorded.
 */
@Injectable()
export class RowSearcher {
  constructor(
    private readonly reader: RowReader,
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
    private readonly vault: Vault,
    private readonly settings: DataSettings,
  ) {}

  async search(ctx: TenantContext, request: ReadRequest): Promise<Page> {
    const caller = callerOf(ctx);
    return this.catalog.use(ctx, async (space) => {
      const table = tableOf(space, request.table);
      const level = request.query.levels.get('') ?? EMPTY_LEVEL;
      const sought = soughtIn(level.conditions, new Scope(table, 't0', caller.principal));
      if (sought.length === 0) {
        return this.reader.readFrom(caller, space, request);
      }
      const query = traced(ctx, table, request.query);
      const blind = await this.#blindConditions(ctx.tenantId, table, sought); // before a connection is taken
      const found = {
        vault: openingOnce(this.vault),
        caller,
        space,
        table,
        request: { ...request, query },
        sought,
        blind,
      };
      const window = this.reader.windowOf(request);
      const work = (tx: Transaction): Promise<Page> => this.#run({ tx, ...found, ...window });
      return this.tenants.transaction(caller.ctx, work, accessTo(space)).catch((error: unknown) => {
        throw explainRefusal(error, space, 'body');
      });
    });
  }

  async #run(searching: Searching): Promise<Page> {
    const { tx, request, sought, offset } = searching;
    const { rows, total, shape } = (await this.#findAtOnce(searching)) ?? (await this.#findExactly(searching));
    const opened = await openRows(searching.vault, tx.tenantId, rows, shape);
    const recorded = recordReads(tx, searching.table, opened);
    const shown = withoutHidden(request.query, sought, recorded);
    return { body: JSON.stringify(shown), rows: shown.length, offset, total };
  }

  /** What narrows the search: one for each condition without which no row is wanted. */
  #blindConditions(
    tenantId: string,
    { definition: { name } }: PlacedTable,
    sought: readonly Sought[],
  ): Promise<readonly Condition[]> {
    const required = sought.filter((one) => one.required);
    return Promise.all(
      required.map(({ column, values }) => blindCondition(this.vault, tenantId, name, column, values)),
    );
  }

  /** When the first page has room for all that look alike, what is left of it is the answer. */
  async #findAtOnce(searching: Searching): Promise<FoundPage | null> {
    const { request, sought, blind, limit, offset } = searching;
    if (offset > 0 || sought.some(({ required }) => !required)) {
      return null;
    }
    const replacements = new Map(sought.map(({ condition }, index) => [condition, blind[index]!]));
    const page = await this.#page(searching, withConditions(request.query, sought, replacements, []));
    if (page.rows.length >= limit) {
      return null;
    }
    const rows = await matching(searching.vault, searching, page.rows);
    return { ...page, rows, total: page.total === null ? null : rows.length };
  }

  /** Decides first which rows match, so that pages, counts and conditions inside others are what they are without encryption. */
  async #findExactly(searching: Searching): Promise<FoundPage> {
    const { request, sought, blind } = searching;
    const matches = await findMatches(this.vault, searching);
    return this.#page(searching, withConditions(request.query, sought, matches, blind));
  }

  async #page(searching: Searching, query: RowsQuery): Promise<FoundPage> {
    const { tx, caller, space, table, request, limit, offset } = searching;
    const { statement, shape } = printRead(
      table,
      query,
      { space, principal: caller.principal, maxRows: this.settings.ROWS_MAX },
      { limit, offset, count: request.preferences.count, stripNulls: request.format.stripNulls, headOnly: false },
    );
    const row = (await tx.one<ReadRow>(statement))!;
    requireCurrent(space, row.version);
    return { rows: parseExact(row.body) as Row[], total: row.total === null ? null : Number(row.total), shape };
  }
}
