import { createHash } from 'node:crypto';
import { SpanKind, type Span } from '@opentelemetry/api';
import { parseMessage, printMessage, type Operation } from '@tenantry/contracts';
import { IdempotentReplay } from '@tenantry/database';
import { Fault, SystemClock, type Clock, type IdempotencyClaim, type TenantContext } from '@tenantry/kernel';
import type { Log } from '../bus/log.js';
import { inSpan, noteError, TENANT_ATTRIBUTE, traceparentOf } from '../bus/tracing.js';
import type { ContextVerifier } from '../context/verifier.js';
import { faultAnswer, type Answer } from '../rpc/reply.js';
import { readRequestFacts } from '../rpc/request-facts.js';
import { abortable } from '../streams/abortable.js';
import type { AccessLog } from './access-log.js';
import { LiveCalls, type LiveCall } from './live-calls.js';
import { answerFromText, answerText, printAnswer, type Result } from './print-answer.js';

/** A handler method, bound to its controller. */
export type OperationHandler = (
  input: object,
  ctx: TenantContext,
  upload: AsyncIterable<Uint8Array>,
) => Promise<Result>;

/** A call as it arrived, from NATS or from a test's bus. */
export interface IncomingCall {
  readonly operation: Operation;
  readonly context: string;
  readonly request: string;
  readonly traceparent: string | null;
  readonly payload: Uint8Array;
  /** The body of an operation whose request is a stream. */
  readonly upload?: AsyncIterable<Uint8Array>;
  /** Hands out the way to cut the call when its caller goes away. */
  readonly onLive?: (cut: (fault: Fault) => void) => void;
}

/** What a pipeline needs. */
export interface PipelineOptions {
  readonly verifier: ContextVerifier;
  readonly log: Log;
  readonly clock?: Clock;
  /** Where reads of classified data and refused attempts are recorded; absent where there is no database. */
  readonly accesses?: AccessLog | null;
}

async function* noUpload(): AsyncGenerator<Uint8Array> {
  // An operation without a streamed request gets an empty one.
}

/**
 * The one way from a message to a handler and back: verify the context, authorize, parse, handle, print. Every outcome
 * is an answer: a Fault crosses as it is, anything else that is thrown is logged whole and answers `internal`.
 */
export class OperationPipeline {
  readonly live: LiveCalls;
  private readonly clock: Clock;

  constructor(private readonly options: PipelineOptions) {
    this.clock = options.clock ?? new SystemClock();
    this.live = new LiveCalls(options.verifier.standing);
  }

  async run(handler: OperationHandler, call: IncomingCall): Promise<Answer> {
    const { operation } = call;
    const attributes = { 'rpc.system': 'nats', 'rpc.service': operation.service, 'rpc.method': operation.name };
    const span = { name: operation.subject, kind: SpanKind.SERVER, traceparent: call.traceparent, attributes };
    return inSpan(span, async (active) => {
      try {
        return await this.handle(handler, call, active);
      } catch (error) {
        noteError(active, error);
        return this.refuse(error, call);
      }
    });
  }

  private async handle(handler: OperationHandler, call: IncomingCall, span: Span): Promise<Answer> {
    const { operation } = call;
    const { verifier, accesses } = this.options;
    const received = readRequestFacts(call.request, traceparentOf(span) ?? call.traceparent);
    if (received.facts.deadlineAtMs <= this.clock.now().getTime()) throw new Fault('deadline-exceeded');

    const ctx = await verifier.authenticate(call.context, operation, received.facts);
    span.setAttribute(TENANT_ATTRIBUTE, ctx.tenantId);
    try {
      verifier.authorize(ctx, operation);
      const input = parseMessage(operation.input, readJson(call.payload)) as object;
      const answer = await this.invoke(
        handler,
        call,
        { ...ctx, idempotency: claimOf(operation, input, received.idempotencyKey) },
        input,
      );
      await accesses?.recordRead(ctx, operation, input).catch(async (error: unknown) => {
        await answer.body?.[Symbol.asyncIterator]().return?.(); // nobody will read it
        throw error;
      });
      return answer;
    } catch (error) {
      if (error instanceof Fault && error.reason === 'forbidden') await accesses?.recordRefusal(ctx, operation);
      throw error;
    }
  }

  private async invoke(
    handler: OperationHandler,
    call: IncomingCall,
    ctx: TenantContext,
    input: object,
  ): Promise<Answer> {
    const live = this.live.enter(ctx, call.operation);
    call.onLive?.((fault) => live.cut(fault));
    let streams = false;
    try {
      const upload = call.upload ? abortable(call.upload, live.signal) : noUpload();
      const answer = printAnswer(call.operation, await handler(input, withSignal(ctx, live), upload));
      if (!answer.body) return answer;
      streams = true;
      return { ...answer, body: this.guardBody(answer.body, live, call) };
    } catch (error) {
      if (error instanceof IdempotentReplay) return answerFromText(error.answerText);
      throw live.fault ?? error;
    } finally {
      if (!streams) live.end();
    }
  }

  /** The body of an answer: cut like its call, and failing only with faults that may be shown. */
  private guardBody(body: AsyncIterable<Uint8Array>, live: LiveCall, call: IncomingCall): AsyncIterable<Uint8Array> {
    return abortable(body, live.signal, {
      onEnd: () => live.end(),
      mapError: (error) => live.fault ?? this.asFault(error, call),
    });
  }

  private refuse(error: unknown, call: IncomingCall): Answer {
    return faultAnswer(this.asFault(error, call));
  }

  private asFault(error: unknown, { operation, request }: IncomingCall): Fault {
    const facts = { err: error, operation: operation.name, request };
    if (!(error instanceof Fault)) {
      this.options.log.error(facts, 'A handler failed unexpectedly');
      return new Fault('internal', { cause: error });
    }
    if (error.status >= 500) this.options.log.warn(facts, 'A call could not be answered');
    return error;
  }
}

/** The context with a signal that is only made when somebody reads it. */
function withSignal(ctx: TenantContext, live: LiveCall): TenantContext {
  return {
    ...ctx,
    get signal() {
      return live.signal;
    },
  };
}

function claimOf(operation: Operation, input: object, key: string | null): IdempotencyClaim | null {
  if (key === null || !operation.idempotent) return null;
  const canonical = JSON.stringify(printMessage(operation.input, input));
  return {
    key,
    operation: operation.name,
    bodyHash: createHash('sha256').update(canonical).digest(),
    print: (answer) => answerText(operation, answer as Result),
  };
}

// The gateway reads strictly; what a peer printed can only be read in one way.
const decoder = new TextDecoder('utf-8', { fatal: true });

function readJson(payload: Uint8Array): unknown {
  if (payload.length === 0) return {};
  try {
    return JSON.parse(decoder.decode(payload));
  } catch {
    throw new Fault('malformed-request', { detail: 'The body is not valid JSON' });
  }
}
