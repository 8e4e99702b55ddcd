import { Controller } from '@nestjs/common';
import {
  type Empty,
  revokeSupportGrant,
  type RevokeSupportGrantRequest,
  SupportAccessRevoked,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { revocation } from '../sessions/session.table.js';
import { lockGrant, revokeGrant } from './support-grant.table.js';

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
      const grant = await lockGrant(tx, grantId);
      if (!grant) throw new Fault('not-found');
      if (grant.revokedAt) return;
      await revokeGrant(tx, grantId, now);
      tx.project('grants', grantId, null, 2);
      tx.project('revocations', grantId, revocation(now), 1);
      tx.publish(new SupportAccessRevoked({ grantId }), {
        changes: [
          {
            resource: 'support_grant',
            id: grantId,
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
