import { Injectable } from '@nestjs/common';
import { metrics } from '@opentelemetry/api';
import type { Decision } from './guardrail.js';

/** Counts what guardrails decided in the metrics of each tenant. Guardrails are told apart by kind: their names are the tenant's own. */
@Injectable()
export class DecisionMetrics {
  private readonly decided = metrics.getMeter('@tenantry/agents').createCounter('tenantry.guardrail.decisions', {
    description: 'What guardrails decided, by tenant, kind of guardrail, place and verdict',
  });

  count(tenantId: string, decisions: readonly Decision[]): void {
    for (const { kind, stage, verdict, isEnforced } of decisions) {
      const facts = { 'guardrail.kind': kind, 'guardrail.stage': stage, 'guardrail.verdict': verdict };
      this.decided.add(1, { 'tenant.id': tenantId, ...facts, 'guardrail.enforced': isEnforced });
    }
  }
}
