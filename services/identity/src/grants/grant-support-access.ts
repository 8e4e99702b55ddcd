import { Controller } from '@nestjs/common';
import {
  grantSupportAccess,
  type GrantSupportAccessRequest,
  SupportAccessGranted,
  type SupportGrant,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { grantEntry, grantMessage, openGrant } from './support-grant.js';
import { insertGrant } from './support-grant.table.js';

/** Lets the platform's staff at the tenant's rows for a while. */
@Controller()
export class GrantSupportAccess {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(grantSupportAccess)
  async handle(request: GrantSupportAccessRequest, ctx: TenantContext): Promise<SupportGrant> {
    const now = this.clock.now();
    const grant = openGrant(request, ctx, now);
    const { id, access, reason, expiresAt } = grant;
    return this.tenants.transaction(ctx, async (tx) => {
      await insertGrant(tx, grant);
      tx.project('grants', id, grantEntry(grant, tx.tenantId), 1);
      tx.publish(new SupportAccessGranted({ grantId: id, tables: [...grant.tables], access, expiresAt }), {
        changes: [
          {
            resource: 'support_grant',
            id,
            action: 'insert',
            new: { tables: grant.tables.join(' '), access, reason, expiresAt: expiresAt.toISOString() },
          },
        ],
      });
      return grantMessage(grant, now);
    });
  }
}
