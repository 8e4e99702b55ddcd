import { Controller } from '@nestjs/common';
import { getAuditRetention, type AuditRetention, type GetAuditRetentionRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import type { Rows } from '../log/entry.table.js';
import { FOR_EVER, inForce } from './retention.js';
import { findRetention } from './retention.table.js';
import { retentionMessage } from './retention-message.js';

/** How long the log keeps what its entries say. */
@Controller()
export class GetAuditRetention {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(getAuditRetention)
  async handle(_: GetAuditRetentionRequest, ctx: TenantContext): Promise<AuditRetention> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const retention = inForce((await findRetention(rows)) ?? FOR_EVER, this.clock.now());
    return retentionMessage(rows, ctx.tenantId, retention);
  }
}
