import { Injectable } from '@nestjs/common';
import type { Span } from '@opentelemetry/api';
import { AgentNamedTenant, AgentToolCalled, type CallAgentToolRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, formatNanos, type TenantContext } from '@tenantry/kernel';
import type { ToolMatter } from '../guardrail-webhooks/tool-webhooks.js';
import { DecisionMetrics } from '../guardrails/decision-metrics.js';
import { insertDecisions } from '../guardrails/guardrail.table.js';
import { reading } from '../rows.js';
import { findRunOf } from '../runs/run.table.js';
import { endCharge } from '../tool-charges/tool-charge.table.js';
import { ToolCharges } from '../tool-charges/tool-charges.js';
import { beginToolCall, endToolCall, type OpenToolCall } from './tool-call.js';
import { insertToolCall } from './tool-call.table.js';
import { endToolSpan, toolSpan } from './tool-span.js';

/** A call of a tool that is being made. */
export interface BegunToolCall {
  readonly call: OpenToolCall;
  readonly span: Span;
}

/** Keeps calls of tools for their run, and tells the tenant's log of them and of what guardrails decided about them. */
@Injectable()
export class ToolLog {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly metrics: DecisionMetrics,
    private readonly charges: ToolCharges,
    private readonly clock: Clock,
  ) {}

  /** A call begins, within a run where one is named. @throws Fault `not-found` when the run is not the caller's */
  async begin(
    { name, runId }: Pick<CallAgentToolRequest, 'name' | 'runId'>,
    ctx: TenantContext,
  ): Promise<BegunToolCall> {
    const run = runId == null ? null : await findRunOf(reading(this.tenants, ctx), runId, ctx, 'runId');
    const call = beginToolCall(name, run?.id ?? null, ctx, this.clock.now());
    return { call, span: toolSpan(call, run) };
  }

  /** A call has ended, by an error where there is one. What it cost is counted then. */
  async end({ call, span }: BegunToolCall, ctx: TenantContext, error: Error | null, matter: ToolMatter): Promise<void> {
    const outcomeOf = (failed: Error): string => (failed instanceof Fault ? failed.reason : 'internal');
    const ended = endToolCall(call, error ? outcomeOf(error) : 'ok', this.clock.now());
    endToolSpan(span, ended);
    const { tool, outcome, durationMs, runId } = ended;
    const { decisions, charge, meter } = matter;
    const cost = meter.costNanos === 0n ? null : formatNanos(meter.costNanos);
    await this.tenants.transaction(ctx, async (tx) => {
      await insertToolCall(tx, ended);
      tx.publish(new AgentToolCalled({ ...whoOf(ctx), tool, outcome, durationMs, runId, cost }));
      await insertDecisions(tx, null, decisions, this.clock.now());
      if (meter.isWritten) await endCharge(tx, call.id, meter.costNanos, this.clock.now());
    });
    this.metrics.count(ctx.tenantId, decisions);
    if (charge && meter.isWritten) await this.charges.settle(ctx, charge, meter.costNanos);
  }

  /** A model named a tenant: it was told to, or tries. The tenant's security people want to know. */
  async namedTenant(ctx: TenantContext, tool: string, argument: string): Promise<void> {
    await this.tenants.transaction(ctx, (tx) => {
      tx.publish(new AgentNamedTenant({ ...whoOf(ctx), tool, argument: argument.slice(0, 200) }));
      return Promise.resolve();
    });
  }
}

function whoOf({ actor, credentialId }: TenantContext): { agentId: string; tokenId: string } {
  return { agentId: actor.id, tokenId: credentialId ?? '' };
}
