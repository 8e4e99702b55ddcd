import { Controller } from '@nestjs/common';
import { dropProductTable, type DropProductTableRequest, type ProductChange } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { dropping } from '../tables/table-change.js';
import { changeMessage } from './product-message.js';
import { ProductTables } from './product-tables.js';

/** Drops a product table with every tenant's rows in it. */
@Controller()
export class DropProductTable {
  constructor(private readonly tables: ProductTables) {}

  @Handles(dropProductTable)
  async handle({ table }: DropProductTableRequest, ctx: TenantContext): Promise<ProductChange> {
    return this.tables.change(ctx, dropping(table), ({ version, rollout }) => changeMessage(version, rollout));
  }
}
