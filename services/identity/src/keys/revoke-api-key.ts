import { Controller } from '@nestjs/common';
import { revokeApiKey, type Empty, type RevokeApiKeyRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { endKey } from './end-key.js';

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
      if ((await endKey(tx, request.id, now)) === undefined) throw new Fault('not-found');
    });
    return {};
  }
}
