import { Controller } from '@nestjs/common';
import { addProductForeignKey, type AddProductForeignKeyRequest, type ProductTable } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { addingForeignKey } from '../tables/table-change.js';
import { changeMessage, productTableMessage } from './product-message.js';
import { ProductTables } from './product-tables.js';

/** Adds a foreign key between product tables. */
@Controller()
export class AddProductForeignKey {
  constructor(private readonly tables: ProductTables) {}

  @Handles(addProductForeignKey)
  async handle({ table, ...key }: AddProductForeignKeyRequest, ctx: TenantContext): Promise<ProductTable> {
    return this.tables.change(ctx, addingForeignKey(table, key), ({ version, after, rollout }) =>
      productTableMessage(after!, changeMessage(version, rollout)),
    );
  }
}
