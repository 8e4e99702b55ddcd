import { Controller } from '@nestjs/common';
import {
  listTableUsage,
  type ListTableUsageRequest,
  type ListTableUsageResponse,
  type TableUsage,
} from '@tenantry/contracts';
import { type Sql, TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Directories, Handles, type TableQuotas } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { Catalog } from '../spaces/catalog.js';
import { pageByName } from '../tables/page-by-name.js';
import { currentCounts, type TableCount } from './count.table.js';
import { Quotas, timeZoneOf } from './quotas.js';

const LIST = 'table-usage';

/** Lists what a tenant's tables hold and may hold. */
@Controller()
export class ListTableUsage {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
    private readonly quotas: Quotas,
    private readonly directories: Directories,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listTableUsage)
  async handle({ limit, cursor }: ListTableUsageRequest, ctx: TenantContext): Promise<ListTableUsageResponse> {
    const { tenantId } = ctx;
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const { tables } = await this.catalog.reload(ctx);
    const counts = await currentCounts(rows, timeZoneOf(this.directories, tenantId));
    const after = cursor ? String(this.cursors.open(ctx, LIST, cursor)) : null;
    const all = [...tables].map(({ definition: { name } }) => ({ name }));
    const { page, last } = pageByName(all, after, limit);
    const byName = new Map(counts.map((count) => [count.table, count]));
    return {
      data: page.map(({ name }) => usageOf(name, byName.get(name), this.quotas.on(tenantId, name))),
      nextCursor: last === null ? null : this.cursors.seal(ctx, LIST, last),
      bytes: counts.reduce((sum, { bytes }) => sum + bytes, 0n),
      bytesLimit: this.quotas.on(tenantId, '').storageBytes?.limit ?? null,
    };
  }
}

function usageOf(table: string, count: TableCount | undefined, quotas: TableQuotas): TableUsage {
  const { rows = 0n, bytes = 0n, inserted = 0n } = count ?? {};
  const [rowsLimit, rowsPerMonthLimit] = [quotas.rows?.limit ?? null, quotas.rowsPerMonth?.limit ?? null];
  return { table, rows, rowsLimit, bytes, rowsThisMonth: inserted, rowsPerMonthLimit };
}
