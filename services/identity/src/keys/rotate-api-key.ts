import { Controller } from '@nestjs/common';
import { ApiKeyRotated, rotateApiKey, type NewApiKey, type RotateApiKeyRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, coversAll, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { shown, statusOf } from './api-key.js';
import { lockKey, replaceSecret } from './api-key.table.js';
import { newKeySecret } from './key-secret.js';

/** Gives a key a new secret; programs change over while the old one still works. */
@Controller()
export class RotateApiKey {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(rotateApiKey)
  handle(request: RotateApiKeyRequest, ctx: TenantContext): Promise<NewApiKey> {
    const now = this.clock.now();
    const overlapUntil = new Date(now.getTime() + (request.overlapSeconds ?? 0) * 1000);
    return this.tenants.transaction(ctx, async (tx) => {
      const key = await lockKey(tx, request.id);
      if (!key) throw new Fault('not-found');
      if (statusOf(key, now) !== 'active') throw new Fault('conflict', { detail: 'The key is revoked or has expired' });
      // Whoever gets to see the secret may use the key.
      if (!coversAll(ctx.permissions, key.scopes))
        throw new Fault('forbidden', { detail: 'The key may do more than you may' });
      const secret = newKeySecret(key.kind, Boolean(this.directories.tenants.get(ctx.tenantId)?.sandboxOf));
      await replaceSecret(tx, key, secret, overlapUntil, now);
      tx.publish(new ApiKeyRotated({ keyId: key.id, overlapUntil }), {
        changes: [
          {
            resource: 'api_key',
            id: key.id,
            action: 'update',
            new: { prefix: secret.prefix, overlapUntil: overlapUntil.toISOString() },
          },
        ],
      });
      return shown(key, secret);
    });
  }
}
