import { Controller } from '@nestjs/common';
import {
  endRetentionRule,
  type EndRetentionRuleRequest,
  RetentionRuleEnded,
  type RetentionRule as RuleMessage,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { endRule, ruleChange, ruleMessage } from './retention-rule.js';
import { lockRule, saveRule } from './retention-rule.table.js';

/** Ends a rule; what it has archived stays its time. */
@Controller()
export class EndRetentionRule {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(endRetentionRule)
  async handle({ ruleId }: EndRetentionRuleRequest, ctx: TenantContext): Promise<RuleMessage> {
    return this.tenants.transaction(ctx, async (tx) => {
      const rule = endRule(await lockRule(tx, ruleId), ctx.actor.id, this.clock.now());
      await saveRule(tx, rule);
      tx.publish(new RetentionRuleEnded({ ruleId }), { changes: [ruleChange('update', rule)] });
      return ruleMessage(rule);
    });
  }
}
