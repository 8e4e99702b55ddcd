import { Controller } from '@nestjs/common';
import { type ProductTable, setProductTableAccess, type SetProductTableAccessRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { settingAccess } from '../tables/table-change.js';
import { changeMessage, productTableMessage } from './product-message.js';
import { ProductTables } from './product-tables.js';

/** Replaces who may do what with the rows of a product table. */
@Controller()
export class SetProductTableAccess {
  constructor(private readonly tables: ProductTables) {}

  @Handles(setProductTableAccess)
  async handle({ table, access }: SetProductTableAccessRequest, ctx: TenantContext): Promise<ProductTable> {
    return this.tables.change(ctx, settingAccess(table, access), ({ version, after, rollout }) =>
      productTableMessage(after!, changeMessage(version, rollout)),
    );
  }
}
