import { Controller } from '@nestjs/common';
import {
  AuditDestinationRemoved,
  removeAuditDestination,
  type RemoveAuditDestinationRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { RESOURCE } from './destination-change.js';
import { deleteDestination } from './destination.table.js';

/** Removes a destination with its secrets. */
@Controller()
export class RemoveAuditDestination {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(removeAuditDestination)
  handle({ destinationId: id }: RemoveAuditDestinationRequest, ctx: TenantContext): Promise<void> {
    return this.tenants.transaction(ctx, async (tx) => {
      if (!(await deleteDestination(tx, id))) throw new Fault('not-found');
      const changes = [{ resource: RESOURCE, id, action: 'delete' }] as const;
      tx.publish(new AuditDestinationRemoved({ destinationId: id }), { changes });
    });
  }
}
