import { Controller } from '@nestjs/common';
import {
  ModelProviderPut,
  putModelProvider,
  type ModelProvider as ModelProviderMessage,
  type PutModelProviderRequest,
} from '@tenantry/contracts';
import { TenantDatabase, Vault } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { providerChanges, providerKeyPlace, saveProvider, toMessage } from './model-provider.table.js';
import type { ProviderKind } from './provider-connection.js';

/** The stand-in's name: it is no provider that anybody sets up. */
export const LOCAL_PROVIDER = 'local';

const DEFAULT_TIMEOUT_MS = 60_000;

/** Sets a provider up. Its key is sealed before it is stored. */
@Controller()
export class PutModelProvider {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  @Handles(putModelProvider)
  async handle(request: PutModelProviderRequest, ctx: TenantContext): Promise<ModelProviderMessage> {
    const { name, kind, baseUrl, apiKey: key } = request;
    if (name === LOCAL_PROVIDER) {
      throw new Fault('invalid-input', {
        field: 'name',
        detail: `${LOCAL_PROVIDER} is the stand-in; take another name`,
      });
    }
    const apiKey = key == null ? null : await this.vault.seal(ctx.tenantId, providerKeyPlace(name), key);
    const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const wish = { name, kind: kind as ProviderKind, baseUrl, apiKey, timeoutMs, updatedAt: this.clock.now() };
    return this.tenants.transaction(ctx, async (tx) => {
      const saved = await saveProvider(tx, wish);
      tx.publish(new ModelProviderPut({ name }), { changes: providerChanges(saved) });
      return toMessage(saved);
    });
  }
}
