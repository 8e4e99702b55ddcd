import { Controller } from '@nestjs/common';
import {
  type DataMapPlace,
  describeSubjectTables,
  getDataMap,
  type GetDataMapRequest,
  type GetDataMapResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles, RpcClient } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { placeOfTable, placesOf } from './data-map.js';
import { messagePlaces, platformPlaces } from './platform-places.js';
import { findClasses, findRecords, type Rows } from './table-record.table.js';

const DEFAULT_LIMIT = 50;
const described = [...platformPlaces, ...messagePlaces];
const ownTables = described.flatMap(({ tables }) => Object.keys(tables));

/** Where a page begins: at one of Tenantry's own tables, or after a table of the data service. */
interface Position {
  readonly own: number;
  readonly after: string;
}

/** Gives the data map page by page: what Tenantry keeps itself, then the tables of the data service by name. */
@Controller()
export class GetDataMap {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly rpc: RpcClient,
    private readonly cursors: Cursors,
  ) {}

  @Handles(getDataMap)
  async handle({ limit, cursor }: GetDataMapRequest, ctx: TenantContext): Promise<GetDataMapResponse> {
    const from = cursor == null ? { own: 0, after: '' } : (this.cursors.open(ctx, 'data-map', cursor) as Position);
    const most = limit ?? DEFAULT_LIMIT;
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const first = await ownPlaces(rows, from.own, most);
    const { data, next } =
      first.length < most
        ? await this.#tables(ctx, from.after, most - first.length)
        : { data: [], next: { own: from.own + first.length, after: '' } };
    return { data: [...first, ...data], nextCursor: next && this.cursors.seal(ctx, 'data-map', next) };
  }

  async #tables(
    ctx: TenantContext,
    after: string,
    most: number,
  ): Promise<{ data: DataMapPlace[]; next: Position | null }> {
    const { tables, more } = await this.rpc.call(describeSubjectTables, { after }, ctx);
    const shown = tables.slice(0, most);
    const records = await findRecords(
      { query: (statement) => this.tenants.query(ctx, statement) },
      shown.map(({ table }) => table),
    );
    const data = shown.flatMap((table) => placeOfTable(table, records.get(table.table)) ?? []);
    const isLast = !more && shown.length === tables.length;
    return { data, next: isLast ? null : { own: ownTables.length, after: shown.at(-1)!.table } };
  }
}

/** Tenantry's own tables from one on; nothing is asked when there are none left. */
async function ownPlaces(rows: Rows, from: number, most: number): Promise<DataMapPlace[]> {
  if (from >= ownTables.length) return [];
  const classes = await findClasses(rows, ownTables);
  return described.flatMap((place) => placesOf(place, classes)).slice(from, from + most);
}
