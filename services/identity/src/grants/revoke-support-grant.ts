import { Controller } from '@nestjs/common';
import { type Empty, revokeSupportGrant, type RevokeSupportGrantRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { endGrant } from './end-grant.js';

/** Takes a grant back. The gateway lets nobody in by it any more; what was let in before is cut by the revocation of its id. */
@Controller()
export class RevokeSupportGrant {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(revokeSupportGrant)
  async handle({ grantId }: RevokeSupportGrantRequest, ctx: TenantContext): Promise<Empty> {
    const now = this.clock.now();
    await this.tenants.transaction(ctx, async (tx) => {
      if ((await endGrant(tx, grantId, now)) === undefined) throw new Fault('not-found');
    });
    return {};
  }
}
