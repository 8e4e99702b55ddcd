import { Controller } from '@nestjs/common';
import { DataSpaceDropped, TenantDeactivated } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { ProductDefinitions } from '../product-tables/product-definitions.js';
import { changeOpenness } from './change-openness.js';
import { deletePoolRows } from './pool-rows.table.js';
import { deleteSpace, dropSchema, lockSpace } from './space.table.js';

/** A tenant that leaves is shut; when it is to be deleted, its schema, its role and its rows in shared tables go. */
@Controller()
export class OnTenantDeactivated {
  constructor(private readonly products: ProductDefinitions) {}

  @On(TenantDeactivated, { consumer: 'data.spaces' })
  async handle({ tenantId, deleteSpace: isForGood, version }: TenantDeactivated, tx: Transaction): Promise<void> {
    const space = await lockSpace(tx);
    if (!space) {
      return;
    }
    if (!isForGood) {
      await changeOpenness(tx, false, version);
      return;
    }
    await dropSchema(tx);
    if (space.mode === 'pool') {
      await deletePoolRows(tx, await this.products.at(space.productVersion));
    }
    await deleteSpace(tx);
    tx.publish(new DataSpaceDropped({ tenantId }));
  }
}
