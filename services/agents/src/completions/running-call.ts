import type { Thread } from '../conversations/thread.js';
import type { Conformance } from '../guardrails/conformance.js';
import type { GuardrailWebhook } from '../guardrail-webhooks/guardrail-webhook.js';
import type { Decision, Guardrail } from '../guardrails/guardrail.js';
import type { ChatMessage } from '../models/model-port.js';
import type { CompletionEnd, OpenCompletion } from './completion.js';
import type { DisclosureFacts } from './disclosure.js';
import type { ModelCall } from './model-calls.js';
import type { CallSpan } from './call-span.js';
import type { Spoken } from './spoken.js';

/** A call that has begun: what it is, and what it may use. */
export interface RunningCall extends ModelCall {
  readonly call: OpenCompletion;
  readonly guardrails: readonly Guardrail[];
  /** The tenant's own endpoints, which are asked after them. */
  readonly webhooks: readonly GuardrailWebhook[];
  /** What the ledger is told of health information that goes somewhere with it. */
  readonly disclosure: DisclosureFacts;
  /** Whether the answer is in the form that was asked for. */
  readonly conformance: Conformance;
  /** What guardrails have decided so far. */
  readonly decisions: Decision[];
  /** The conversation that it continues. */
  readonly thread: Thread | null;
  /** What is new in the request, as guardrails let it through. */
  readonly asked: readonly ChatMessage[];
  /** What has been answered so far. */
  readonly spoken: Spoken;
  readonly span: CallSpan;
}

/** How a call ended, from what it has used and what is known besides. */
export function endOfCall(
  { meter, spoken }: RunningCall,
  facts: Pick<CompletionEnd, 'state' | 'finishReason' | 'failure' | 'answeredBy' | 'firstPieceMs'>,
  endedAt: Date,
): CompletionEnd {
  const { usage, isEstimated, costNanos } = meter;
  return { ...facts, usage, isEstimated, costNanos, tools: spoken.tools, endedAt };
}
