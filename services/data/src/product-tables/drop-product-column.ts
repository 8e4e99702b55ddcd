import { Controller } from '@nestjs/common';
import { dropProductColumn, type DropProductColumnRequest, type ProductTable } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { droppingColumn } from '../tables/table-change.js';
import { changeMessage, productTableMessage } from './product-message.js';
import { ProductTables } from './product-tables.js';

/** Drops a column of a product table. */
@Controller()
export class DropProductColumn {
  constructor(private readonly tables: ProductTables) {}

  @Handles(dropProductColumn)
  async handle({ table, column }: DropProductColumnRequest, ctx: TenantContext): Promise<ProductTable> {
    return this.tables.change(ctx, droppingColumn(table, column), ({ version, after, rollout }) =>
      productTableMessage(after!, changeMessage(version, rollout)),
    );
  }
}
