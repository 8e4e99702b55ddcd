import { Controller } from '@nestjs/common';
import {
  activateRetentionRule,
  type ActivateRetentionRuleRequest,
  RetentionRuleActivated,
  type RetentionRule as RuleMessage,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { activateRule, ruleChange, ruleMessage } from './retention-rule.js';
import { lockRule, saveRule } from './retention-rule.table.js';

/** Puts a rule in force that somebody else added. */
@Controller()
export class ActivateRetentionRule {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(activateRetentionRule)
  async handle({ ruleId }: ActivateRetentionRuleRequest, ctx: TenantContext): Promise<RuleMessage> {
    return this.tenants.transaction(ctx, async (tx) => {
      const rule = activateRule(await lockRule(tx, ruleId), ctx, this.clock.now());
      await saveRule(tx, rule);
      tx.publish(new RetentionRuleActivated({ ruleId }), { changes: [ruleChange('update', rule)] });
      return ruleMessage(rule);
    });
  }
}
