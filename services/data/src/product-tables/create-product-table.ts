import { Controller } from '@nestjs/common';
import { createProductTable, type CreateProductTableRequest, type ProductTable } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { creating } from '../tables/table-change.js';
import { changeMessage, productTableMessage } from './product-message.js';
import { ProductTables } from './product-tables.js';

/** Defines a table that every tenant has. */
@Controller()
export class CreateProductTable {
  constructor(private readonly tables: ProductTables) {}

  @Handles(createProductTable)
  async handle(request: CreateProductTableRequest, ctx: TenantContext): Promise<ProductTable> {
    return this.tables.change(ctx, creating(request), ({ version, after, rollout }) =>
      productTableMessage(after!, changeMessage(version, rollout)),
    );
  }
}
