import { Controller } from '@nestjs/common';
import { getAgentRun, type AgentRun, type GetAgentRunRequest, type RunStep } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { listCompletionsOf } from '../completions/completion.table.js';
import { reading } from '../rows.js';
import { toMessage } from './run.js';
import { findRun, listDecisionsOf, listToolCallsOf } from './run.table.js';
import { guardrailStep, modelStep, toolStep } from './step.js';

const MAX_STEPS = 1_000;

/** Gives a run with everything that happened in it. */
@Controller()
export class GetAgentRun {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getAgentRun)
  async handle({ runId }: GetAgentRunRequest, ctx: TenantContext): Promise<AgentRun> {
    const rows = reading(this.tenants, ctx);
    const [run, calls, tools, decisions] = await Promise.all([
      findRun(rows, runId),
      listCompletionsOf(rows, runId, MAX_STEPS),
      listToolCallsOf(rows, runId, MAX_STEPS),
      listDecisionsOf(rows, runId, MAX_STEPS),
    ]);
    const steps = [...calls.map(modelStep), ...tools.map(toolStep), ...decisions.map(guardrailStep)];
    return toMessage(run, inOrder(steps).slice(0, MAX_STEPS));
  }
}

function inOrder(steps: readonly RunStep[]): RunStep[] {
  return steps.toSorted((one, other) => Number(one.startedAt) - Number(other.startedAt));
}
