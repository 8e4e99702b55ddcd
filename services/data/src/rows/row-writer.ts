import { Injectable } from '@nestjs/common';
import { type RowChange, type Sql, TenantDatabase, type Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { limitReached } from '../quotas/quota.js';
import { Quotas } from '../quotas/quotas.js';
import { Catalog, requireCurrent } from '../spaces/catalog.js';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { accessTo, type Caller, writerOf } from './caller.js';
import { ChangePublisher } from './change-publisher.js';
import type { Preferences } from './query/preferences.js';
import type { RowsQuery } from './query/query.js';
import { explainRefusal } from './row-fault.js';
import { RowReader, tableOf } from './row-reader.js';
import type { JsonRow } from './rows-body.js';
import type { Written } from './rows-reply.js';
import { traced } from './trace.js';
import { Returned } from './statement/returned.js';
import type { ReadRow } from './statement/print-read.js';

/** A change of rows that was asked for. */
export interface WriteRequest {
  readonly table: string;
  readonly query: RowsQuery;
  readonly preferences: Preferences;
  readonly stripNulls: boolean;
  /** The values that it brings in. */
  readonly values: readonly JsonRow[];
}

/** One change while it is made. */
export interface Writing {
  readonly tx: Transaction;
  readonly caller: Caller;
  readonly space: TableSpace;
  readonly table: PlacedTable;
  readonly request: WriteRequest;
  /** What the statement is to return, and how it is shown. */
  readonly returned: Returned;
}

/** What decides a change: the statement, or null when there is nothing to do. */
export type Change = (writing: Writing) => Promise<Sql | null>;

const places = { insert: 'body', upsert: 'body', update: 'either', delete: 'query' } as const;

/** Runs changes of rows: the rows, the event that tells each of them, and the answer in one commit. */
@Injectable()
export class RowWriter {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
    private readonly reader: RowReader,
    private readonly publisher: ChangePublisher,
    private readonly quotas: Quotas,
  ) {}

  /** @param answer what the operation answers; kept for a repeated request */
  async write<T>(
    ctx: TenantContext,
    cause: 'insert' | 'upsert' | 'update' | 'delete',
    request: WriteRequest,
    change: Change,
    answer: (written: Written) => T,
  ): Promise<T> {
    const caller = writerOf(ctx);
    return this.catalog.use(ctx, async (space) => {
      const table = tableOf(space, request.table);
      await this.catalog.gate.assertMayKeep(ctx.tenantId, table.definition, request.values);
      const returned = new Returned(
        table,
        traced(caller.ctx, table, request.query),
        { space, principal: caller.principal, maxRows: this.reader.maxRows },
        request.preferences.returns,
      );
      const work = async (tx: Transaction): Promise<T> => {
        const statement = await change({ tx, caller, space, table, request, returned });
        const row = statement ? await tx.one<ReadRow>(returned.answer(statement, request.stripNulls)) : undefined;
        if (row) {
          requireCurrent(space, row.version);
        }
        const changes = await this.publisher.publish(tx, space, cause, request);
        const answered = answer({
          rows: row?.rows ?? 0,
          body: returned.isShown ? await this.reader.openIn(tx, table, row?.body ?? '[]', returned.shape) : null,
          status: statusOf(cause, returned.isShown, changes),
          location: request.preferences.returns === 'headers-only' ? locationOf(table, changes) : null,
        });
        if (cause !== 'delete' && changes.length > 0) {
          await this.#hold(tx, request.table, cause === 'update' ? 'bytes' : 'rows');
        }
        return answered;
      };
      return this.tenants.transaction(caller.ctx, work, accessTo(space)).catch((error: unknown) => {
        throw explainRefusal(error, space, places[cause]);
      });
    });
  }

  /** @throws Fault `limit-reached` */
  async #hold(tx: Transaction, table: string, adds: 'rows' | 'bytes'): Promise<void> {
    const passed = await this.quotas.hold(tx, table, adds);
    if (passed) {
      throw limitReached(passed, table);
    }
  }
}

function statusOf(cause: string, isShown: boolean, changes: readonly RowChange[]): Written['status'] {
  if (cause === 'insert' || changes.some(({ action }) => action === 'insert')) {
    return 201;
  }
  return isShown || cause === 'upsert' ? 200 : 204;
}

/** Where the one row that was inserted can be read. */
function locationOf({ definition: { name, primaryKey } }: PlacedTable, changes: readonly RowChange[]): string | null {
  const [change, ...others] = changes;
  if (change?.action !== 'insert' || others.length > 0) {
    return null;
  }
  const conditions = primaryKey.map((key) => `${key}=eq.${encodeURIComponent(String(change.new?.[key]))}`);
  return `/rest/v1/${name}?${conditions.join('&')}`;
}
