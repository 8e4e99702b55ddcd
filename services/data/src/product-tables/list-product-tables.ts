import { Controller } from '@nestjs/common';
import { listProductTables, type ListProductTablesRequest, type ListProductTablesResponse } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { pageByName } from '../tables/page-by-name.js';
import { ProductDefinitions } from './product-definitions.js';
import { changeMessage, productTableMessage } from './product-message.js';
import { rolloutOf } from './product.table.js';

/** Lists the product tables. */
@Controller()
export class ListProductTables {
  constructor(
    private readonly products: ProductDefinitions,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listProductTables)
  async handle({ limit, cursor }: ListProductTablesRequest, ctx: TenantContext): Promise<ListProductTablesResponse> {
    const latest = await this.products.latest();
    if (!latest) {
      return { data: [], nextCursor: null };
    }
    const after = cursor ? String(this.cursors.open(ctx, 'product tables', cursor)) : null;
    const { page, last } = pageByName(latest.definitions, after, limit);
    const change = changeMessage(latest, await rolloutOf(this.products.job, latest.version));
    return {
      data: page.map((table) => productTableMessage(table, change)),
      nextCursor: last === null ? null : this.cursors.seal(ctx, 'product tables', last),
    };
  }
}
