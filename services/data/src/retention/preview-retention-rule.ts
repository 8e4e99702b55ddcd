import { Controller } from '@nestjs/common';
import {
  type DataRetentionLog,
  previewRetentionRule,
  type PreviewRetentionRuleRequest,
  RetentionPreviewed,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { logMessage, openLog } from './retention-log.js';
import { insertLog } from './retention-log.table.js';
import { findRule, lockRule, saveRule } from './retention-rule.table.js';
import { RuleSpace } from './rule-space.js';

/** Says what a rule would do, and keeps that it was said. */
@Controller()
export class PreviewRetentionRule {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly space: RuleSpace,
    private readonly clock: Clock,
  ) {}

  @Handles(previewRetentionRule)
  async handle({ ruleId }: PreviewRetentionRuleRequest, ctx: TenantContext): Promise<DataRetentionLog> {
    const rule = await findRule({ query: (statement) => this.tenants.query(ctx, statement) }, ruleId);
    if (rule.endedAt) throw new Fault('conflict', { detail: 'This rule was ended' });
    const counts = await this.space.count(ctx, rule);
    const now = this.clock.now();
    const log = openLog(rule, 'dry_run', counts, now);
    return this.tenants.transaction(ctx, async (tx) => {
      await saveRule(tx, { ...(await lockRule(tx, ruleId)), previewedAt: now });
      await insertLog(tx, log);
      tx.publish(new RetentionPreviewed({ ruleId, runId: log.id, rows: counts.rowsDue }));
      return logMessage(log);
    });
  }
}
