import { Controller } from '@nestjs/common';
import { ApiKeyCreated, createApiKey, type CreateApiKeyRequest, type NewApiKey } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { openKey, shown } from './api-key.js';
import { insertKey } from './api-key.table.js';
import { newKeySecret } from './key-secret.js';

/** Makes an API key and shows its secret, once. */
@Controller()
export class CreateApiKey {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(createApiKey)
  async handle(request: CreateApiKeyRequest, ctx: TenantContext): Promise<NewApiKey> {
    const key = openKey(request, ctx, this.clock.now());
    const sandbox = Boolean(this.directories.tenants.get(ctx.tenantId)?.sandboxOf);
    const secret = newKeySecret(key.kind, sandbox);
    return this.tenants.transaction(ctx, async (tx) => {
      await insertKey(tx, key, secret);
      tx.publish(
        new ApiKeyCreated({ keyId: key.id, kind: key.kind, scopes: [...key.scopes], expiresAt: key.expiresAt }),
        {
          changes: [
            {
              resource: 'api_key',
              id: key.id,
              action: 'insert',
              new: { kind: key.kind, scopes: key.scopes.join(' '), prefix: secret.prefix },
            },
          ],
        },
      );
      return shown(key, secret);
    });
  }
}
