import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tenantry/kernel';
import type { Decision } from '../guardrails/guardrail.js';
import { HealthDataGate, notCovered } from '../guardrails/health-data-gate.js';
import { ModelCatalog, type Candidates } from '../models/model-catalog.js';
import type { ChatRequest } from './chat-request.js';
import { CompletionRuns } from './completion-runs.js';

/** Decides which models may be asked: those there are, and among them those that may get what is asked. */
@Injectable()
export class ModelAdmission {
  constructor(
    private readonly catalog: ModelCatalog,
    private readonly gate: HealthDataGate,
    private readonly runs: CompletionRuns,
  ) {}

  /**
   * The models, and what of health information they get.
   * @param decisions what guardrails have decided about the request; kept when no model may be asked
   * @throws Fault of the catalog, `agreement-missing` when no agreement in force covers any of them
   */
  async admit(
    ctx: TenantContext,
    chat: ChatRequest,
    decisions: readonly Decision[],
  ): Promise<Candidates & { readonly kinds: readonly string[] }> {
    const { version, candidates: known } = await this.catalog.find(chat.model, ctx);
    const { candidates, kinds, refused } = this.gate.admit(ctx, chat, known);
    if (refused) {
      await this.runs.keepDecisions(ctx, [...decisions, refused]);
      throw notCovered(refused);
    }
    return { version, candidates, kinds };
  }
}
