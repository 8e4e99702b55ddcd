import { Controller } from '@nestjs/common';
import { testGuardrails, type TestGuardrailsRequest, type TestGuardrailsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { inspect, type Stage } from './guardrail.js';
import { findPolicy } from './guardrail.table.js';
import { OwnValueFilters } from './own-values.js';
import { defaultGuardrails } from './policy.js';

/** Shows what the tenant's guardrails make of a text. */
@Controller()
export class TestGuardrails {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly ownValues: OwnValueFilters,
    private readonly clock: Clock,
  ) {}

  @Handles(testGuardrails)
  async handle({ stage, text }: TestGuardrailsRequest, ctx: TenantContext): Promise<TestGuardrailsResponse> {
    const own = await findPolicy({ query: (statement) => this.tenants.query(ctx, statement) });
    const guardrails = await this.ownValues.equip(own ?? defaultGuardrails, ctx);
    const inspected = inspect(guardrails, stage as Stage, text);
    const decidedAt = this.clock.now();
    const decisions = inspected.decisions.map(({ isEnforced: enforced, ...decision }) => {
      return { ...decision, id: '', completionId: null, enforced, decidedAt };
    });
    return { text: inspected.text, blocked: inspected.blockedBy !== null, decisions };
  }
}
