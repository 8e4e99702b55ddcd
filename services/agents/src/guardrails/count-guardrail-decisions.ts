import { Controller } from '@nestjs/common';
import {
  countGuardrailDecisions,
  type CountGuardrailDecisionsRequest,
  type CountGuardrailDecisionsResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { countDecisions } from './guardrail.table.js';

const DEFAULT_SPAN_MS = 7 * 86_400_000;

/** Counts what guardrails decided: what a guardrail in shadow mode would have done, before it is enforced. */
@Controller()
export class CountGuardrailDecisions {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(countGuardrailDecisions)
  async handle(
    { since }: CountGuardrailDecisionsRequest,
    ctx: TenantContext,
  ): Promise<CountGuardrailDecisionsResponse> {
    const from = since ?? new Date(this.clock.now().getTime() - DEFAULT_SPAN_MS);
    return { data: await countDecisions({ query: (statement) => this.tenants.query(ctx, statement) }, from) };
  }
}
