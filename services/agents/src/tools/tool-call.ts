import { newId, type TenantContext } from '@tenantry/kernel';

/** A call of a tool from its beginning on: who called what, nothing of what was given or answered. */
export interface OpenToolCall {
  readonly id: string;
  readonly runId: string | null;
  readonly agentId: string;
  readonly tokenId: string;
  readonly onBehalfOf: string | null;
  readonly locationId: string | null;
  readonly tool: string;
  readonly startedAt: Date;
}

/** A call of a tool that has ended. */
export interface ToolCallRecord extends OpenToolCall {
  /** ok, or the reason for which it was refused or failed. */
  readonly outcome: string;
  readonly durationMs: number;
}

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Whatever a model may call a tool, only what can be the name of one is kept. */
export function beginToolCall(tool: string, runId: string | null, ctx: TenantContext, now: Date): OpenToolCall {
  const { actor, credentialId, onBehalfOf, locationId } = ctx;
  const who = { agentId: actor.id, tokenId: credentialId ?? '', onBehalfOf, locationId };
  return { id: newId(now), runId, ...who, tool: NAME.test(tool) ? tool : 'unknown', startedAt: now };
}

export function endToolCall(call: OpenToolCall, outcome: string, now: Date): ToolCallRecord {
  return { ...call, outcome, durationMs: Math.max(0, now.getTime() - call.startedAt.getTime()) };
}
