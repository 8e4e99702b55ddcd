import { Controller } from '@nestjs/common';
import { listTables, type ListTablesRequest, type ListTablesResponse } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { Catalog } from '../spaces/catalog.js';
import { pageByName } from './page-by-name.js';
import { tableMessage } from './table-message.js';

/** Lists the tables that the row API shows. */
@Controller()
export class ListTables {
  constructor(
    private readonly catalog: Catalog,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listTables)
  async handle({ limit, cursor }: ListTablesRequest, ctx: TenantContext): Promise<ListTablesResponse> {
    const { tables } = await this.catalog.reload(ctx);
    const after = cursor ? String(this.cursors.open(ctx, 'tables', cursor)) : null;
    const { page, last } = pageByName(
      [...tables].map(({ definition }) => definition),
      after,
      limit,
    );
    return { data: page.map(tableMessage), nextCursor: last === null ? null : this.cursors.seal(ctx, 'tables', last) };
  }
}
