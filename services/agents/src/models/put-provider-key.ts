import { Controller } from '@nestjs/common';
import { ProviderKeyPut, putProviderKey, type ProviderKey, type PutProviderKeyRequest } from '@tenantry/contracts';
import { TenantDatabase, Vault } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ownKeyPlace, saveKey, toMessage } from './provider-key.table.js';

const SHOWN_CHARS = 4;
/** Of a shorter key, four characters would tell too much. */
const SHOWN_FROM_CHARS = 16;

/** Sets the tenant's own key for a provider, sealed under the tenant's own encryption key. */
@Controller()
export class PutProviderKey {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  @Handles(putProviderKey)
  async handle({ provider, apiKey: key }: PutProviderKeyRequest, ctx: TenantContext): Promise<ProviderKey> {
    const apiKey = await this.vault.seal(ctx.tenantId, ownKeyPlace(provider), key);
    const endsWith = key.length < SHOWN_FROM_CHARS ? '' : key.slice(-SHOWN_CHARS);
    const row = { provider, apiKey, endsWith, updatedAt: this.clock.now() };
    return this.tenants.transaction(ctx, async (tx) => {
      await saveKey(tx, row);
      const changes = [{ resource: 'provider_key', id: provider, action: 'update' as const, new: { endsWith } }];
      tx.publish(new ProviderKeyPut({ provider }), { changes });
      return toMessage(row);
    });
  }
}
