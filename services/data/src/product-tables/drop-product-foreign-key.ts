import { Controller } from '@nestjs/common';
import { dropProductForeignKey, type DropProductForeignKeyRequest, type ProductTable } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { droppingForeignKey } from '../tables/table-change.js';
import { changeMessage, productTableMessage } from './product-message.js';
import { ProductTables } from './product-tables.js';

/** Drops a foreign key of a product table. */
@Controller()
export class DropProductForeignKey {
  constructor(private readonly tables: ProductTables) {}

  @Handles(dropProductForeignKey)
  async handle({ table, name }: DropProductForeignKeyRequest, ctx: TenantContext): Promise<ProductTable> {
    return this.tables.change(ctx, droppingForeignKey(table, name), ({ version, after, rollout }) =>
      productTableMessage(after!, changeMessage(version, rollout)),
    );
  }
}
