import { Controller } from '@nestjs/common';
import {
  deleteProviderKey,
  ProviderKeyDeleted,
  type DeleteProviderKeyRequest,
  type ProviderKey,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { deleteKey, toMessage } from './provider-key.table.js';

/** Deletes the tenant's own key for a provider. */
@Controller()
export class DeleteProviderKey {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(deleteProviderKey)
  async handle({ provider }: DeleteProviderKeyRequest, ctx: TenantContext): Promise<ProviderKey> {
    return this.tenants.transaction(ctx, async (tx) => {
      const gone = await deleteKey(tx, provider);
      const changes = [
        { resource: 'provider_key', id: provider, action: 'delete' as const, old: { endsWith: gone.endsWith } },
      ];
      tx.publish(new ProviderKeyDeleted({ provider }), { changes });
      return toMessage(gone);
    });
  }
}
