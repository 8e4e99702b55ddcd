import { Controller } from '@nestjs/common';
import {
  AuditRetentionSet,
  setAuditRetention,
  type AuditRetention,
  type SetAuditRetentionRequest,
} from '@tenantry/contracts';
import { TenantDatabase, type RowChange } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { FOR_EVER, setRetention } from './retention.js';
import { lockRetention, saveRetention } from './retention.table.js';
import { retentionMessage } from './retention-message.js';

const RESOURCE = 'audit_retention';

/** Says how long the log keeps what its entries say. */
@Controller()
export class SetAuditRetention {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(setAuditRetention)
  handle({ keepDays = null }: SetAuditRetentionRequest, ctx: TenantContext): Promise<AuditRetention> {
    return this.tenants.transaction(ctx, async (tx) => {
      const now = this.clock.now();
      const before = await lockRetention(tx);
      const retention = setRetention(before ?? FOR_EVER, keepDays, now);
      await saveRetention(tx, retention, now);
      const old = { keepDays: before?.keepDays ?? null };
      const change: RowChange = { resource: RESOURCE, id: ctx.tenantId, action: 'update', old, new: { keepDays } };
      tx.publish(new AuditRetentionSet({ keepDays }), { changes: [change] });
      return retentionMessage(tx, ctx.tenantId, retention);
    });
  }
}
