import type { TenantContext } from '@tenantry/kernel';
import { stageNanos, type GuardrailWebhook } from '../guardrail-webhooks/guardrail-webhook.js';
import type { OpenToolCall } from '../tools/tool-call.js';

/** What asking a tenant's endpoints about a call of a tool may cost, and who pays for it. Its id is the call's and the hold's. */
export interface ToolCharge {
  readonly id: string;
  readonly runId: string | null;
  readonly agentId: string;
  readonly onBehalfOf: string | null;
  readonly locationId: string | null;
  readonly tool: string;
  /** What is held: all of them, about arguments and result. */
  readonly mostNanos: bigint;
  /** What is counted when nobody ends it: its arguments were asked about. */
  readonly lostNanos: bigint;
  readonly startedAt: Date;
  /** From when on nobody is left who could end it. */
  readonly deadlineAt: Date;
}

const TIMEOUT_MS = 30_000;
/** After the request's own deadline, the time in which an end is written at the latest. */
const END_GRACE_MS = 30_000;

/** The charge of a call; null when asking costs nothing. */
export function openCharge(
  call: OpenToolCall,
  webhooks: readonly GuardrailWebhook[],
  { request }: TenantContext,
): ToolCharge | null {
  const lostNanos = stageNanos(webhooks, 'tool-arguments');
  const mostNanos = lostNanos + stageNanos(webhooks, 'tool-result');
  if (mostNanos === 0n) return null;
  const deadlineMs = request.deadlineAtMs ?? call.startedAt.getTime() + TIMEOUT_MS;
  const { id, runId, agentId, onBehalfOf, locationId, tool, startedAt } = call;
  const who = { id, runId, agentId, onBehalfOf, locationId, tool };
  return { ...who, mostNanos, lostNanos, startedAt, deadlineAt: new Date(deadlineMs + END_GRACE_MS) };
}
