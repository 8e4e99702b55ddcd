import { Controller } from '@nestjs/common';
import {
  addRetentionRule,
  type AddRetentionRuleRequest,
  RetentionRuleAdded,
  type RetentionRule as RuleMessage,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { draftRule, ruleChange, ruleMessage } from './retention-rule.js';
import { countRules, insertRule } from './retention-rule.table.js';
import { RuleSpace } from './rule-space.js';

/** Rules of a table are asked together, so their number bounds the statement. */
const MAX_RULES = 100;

/** Adds a rule, which does nothing yet. */
@Controller()
export class AddRetentionRule {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly space: RuleSpace,
    private readonly clock: Clock,
  ) {}

  @Handles(addRetentionRule)
  async handle(request: AddRetentionRuleRequest, ctx: TenantContext): Promise<RuleMessage> {
    const rule = draftRule(request, ctx.actor.id, this.clock.now());
    await this.space.check(ctx, rule, rule.archiveDays !== null);
    return this.tenants.transaction(ctx, async (tx) => {
      if ((await countRules(tx)) >= MAX_RULES) {
        throw new Fault('conflict', { detail: `There can be at most ${MAX_RULES} rules that are not ended` });
      }
      await insertRule(tx, rule);
      tx.publish(new RetentionRuleAdded({ ruleId: rule.id }), { changes: [ruleChange('insert', rule)] });
      return ruleMessage(rule);
    });
  }
}
