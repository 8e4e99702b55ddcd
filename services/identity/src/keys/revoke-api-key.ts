import { Controller } from '@nestjs/common';
import { ApiKeyRevoked, revokeApiKey, type Empty, type RevokeApiKeyRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { revocation } from '../sessions/session.table.js';
import { lockKey, revokeKey } from './api-key.table.js';

/** Revokes a key. Anybody who may manage keys may: taking away needs no more. */
@Controller()
export class RevokeApiKey {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(revokeApiKey)
  async handle(request: RevokeApiKeyRequest, ctx: TenantContext): Promise<Empty> {
    const now = this.clock.now();
    await this.tenants.transaction(ctx, async (tx) => {
      const key = await lockKey(tx, request.id);
      if (!key) throw new Fault('not-found');
      if (key.revokedAt) return;
      await revokeKey(tx, key, now);
      tx.project('revocations', key.id, revocation(now), 1);
      tx.publish(new ApiKeyRevoked({ keyId: key.id }), {
        changes: [
          {
            resource: 'api_key',
            id: key.id,
            action: 'update',
            old: { revokedAt: null },
            new: { revokedAt: now.toISOString() },
          },
        ],
      });
    });
    return {};
  }
}
