import { Controller } from '@nestjs/common';
import { DataSpaceDropped, TenantProvisioningFailed } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { deleteSpace, dropSchema, lockSpace } from './space.table.js';

/** A tenant that could not be prepared keeps nothing here, unless a later attempt has begun. */
@Controller()
export class OnTenantProvisioningFailed {
  @On(TenantProvisioningFailed, { consumer: 'data.spaces' })
  async handle({ tenantId, attempt }: TenantProvisioningFailed, tx: Transaction): Promise<void> {
    const space = await lockSpace(tx);
    if (!space || space.attempt > attempt) {
      return;
    }
    await dropSchema(tx);
    await deleteSpace(tx);
    tx.publish(new DataSpaceDropped({ tenantId }));
  }
}
