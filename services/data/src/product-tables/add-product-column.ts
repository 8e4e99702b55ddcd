import { Controller } from '@nestjs/common';
import { addProductColumn, type AddProductColumnRequest, type ProductTable } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { addingColumn } from '../tables/table-change.js';
import { changeMessage, productTableMessage } from './product-message.js';
import { ProductTables } from './product-tables.js';

/** Adds a column to a product table. */
@Controller()
export class AddProductColumn {
  constructor(private readonly tables: ProductTables) {}

  @Handles(addProductColumn)
  async handle({ table, ...column }: AddProductColumnRequest, ctx: TenantContext): Promise<ProductTable> {
    return this.tables.change(ctx, addingColumn(table, column), ({ version, after, rollout }) =>
      productTableMessage(after!, changeMessage(version, rollout)),
    );
  }
}
