import type { MsgHdrs } from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import { printMessage, readMessage, type Operation } from '@tenantry/contracts';
import { Fault, fromFaultMessage, SystemClock, type Clock, type TenantContext } from '@tenantry/kernel';
import type { Bus } from '../bus/bus.js';
import { Header, makeHeaders } from '../bus/headers.js';
import { inSpan, TENANT_ATTRIBUTE, traceparentOf } from '../bus/tracing.js';
import { silentLog, type Log } from '../bus/log.js';
import type { ContextSigner } from '../context/signer.js';
import { Download } from './download.js';
import { ReplyMultiplexer, type Exchange } from './multiplexer.js';
import { faultReply, readReply, type RawReply } from './reply.js';
import { printRequestFacts } from './request-facts.js';
import { WINDOW_PIECES } from '../streams/frame.js';
import { Upload } from './upload.js';

/** The headers of a call as they go over the bus. */
export interface CallHeaders {
  /** From `ContextSigner.sign`. */
  readonly context: string;
  /** From `printRequestFacts`. */
  readonly request: string;
  readonly traceparent?: string | null;
  /** How many pieces of a streamed answer may come before any is asked for. */
  readonly window?: number;
}

/** How long a call with a stream may take, and how its caller ends it early. */
export interface StreamOptions {
  readonly deadlineAtMs: number;
  readonly signal?: AbortSignal;
}

/** What a client needs. */
export interface RpcClientOptions {
  readonly bus: Bus;
  readonly signer: ContextSigner;
  readonly clock?: Clock;
  /** Calls that may wait for an answer at the same time; beyond it calls answer `unavailable`. Default 10,000. */
  readonly maxPending?: number;
  readonly log?: Log;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** Calls operations of other services. */
export class RpcClient {
  private readonly bus: Bus;
  private readonly signer: ContextSigner;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly replies: ReplyMultiplexer;

  constructor(options: RpcClientOptions) {
    this.bus = options.bus;
    this.signer = options.signer;
    this.clock = options.clock ?? new SystemClock();
    this.log = options.log ?? silentLog;
    this.replies = new ReplyMultiplexer(options.bus, options.maxPending ?? 10_000);
  }

  /**
   * Calls an operation as the actor of `ctx`, within the deadline of the request that `ctx` serves.
   * @throws the Fault that the service answered, `unavailable` when nobody answers, `deadline-exceeded`
   */
  async call<I, O>(
    operation: Operation<I, O>,
    input: I,
    ctx: TenantContext,
    options: { readonly timeoutMs?: number; readonly idempotencyKey?: string } = {},
  ): Promise<O> {
    const deadlineAtMs = Math.min(
      ctx.request.deadlineAtMs,
      this.clock.now().getTime() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    );
    const attributes = {
      [TENANT_ATTRIBUTE]: ctx.tenantId,
      'rpc.system': 'nats',
      'rpc.service': operation.service,
      'rpc.method': operation.name,
    };
    const span = { name: operation.subject, kind: SpanKind.CLIENT, traceparent: ctx.request.traceparent, attributes };
    return inSpan(span, async (active) => {
      const headers: CallHeaders = {
        context: await this.signer.sign(ctx, operation.service),
        request: printRequestFacts({ ...ctx.request, deadlineAtMs }, options.idempotencyKey),
        traceparent: traceparentOf(active) ?? ctx.request.traceparent,
      };
      const payload = Buffer.from(JSON.stringify(printMessage(operation.input, input)));
      const reply = await this.forward(operation, payload, headers, deadlineAtMs);
      if (reply.fault) throw fromFaultMessage(reply.fault);
      return readMessage(operation.output, JSON.parse(Buffer.from(reply.payload).toString()));
    });
  }

  /**
   * Calls an operation whose answer is a stream, as the actor of `ctx`; answers its bytes. Ending the loop early cancels it.
   * @throws as `call`, also while the bytes are read
   */
  async download<I>(operation: Operation<I>, input: I, ctx: TenantContext): Promise<AsyncIterable<Uint8Array>> {
    const { deadlineAtMs, traceparent } = ctx.request;
    const headers = {
      context: await this.signer.sign(ctx, operation.service),
      request: printRequestFacts(ctx.request),
      traceparent,
    };
    const payload = Buffer.from(JSON.stringify(printMessage(operation.input, input)));
    const options = { deadlineAtMs, signal: ctx.signal ?? undefined };
    const reply = await this.openDownload(operation as Operation, payload, headers, options);
    if (reply.fault) throw fromFaultMessage(reply.fault);
    if (!reply.body) throw new TypeError(`${operation.name} does not answer with a stream`);
    return reply.body;
  }

  /** Passes bytes on as they are. Resolves for every outcome: what went wrong is the reply's `fault`. */
  forward(operation: Operation, payload: Uint8Array, headers: CallHeaders, deadlineAtMs: number): Promise<RawReply> {
    const { subject } = operation;
    return new Promise((resolve) => {
      const exchange: Exchange = {
        subject,
        replyTo: '',
        receive: (message) => {
          this.replies.close(exchange);
          resolve(readReply(message.headers, message.data));
        },
        fail: (fault) => resolve(faultReply(fault)),
      };
      this.start(exchange, payload, headers, deadlineAtMs);
    });
  }

  /** As `forward`, with a body that is read as fast as the service takes it. */
  openUpload(
    operation: Operation,
    payload: Uint8Array,
    headers: CallHeaders,
    source: AsyncIterable<Uint8Array>,
    options: StreamOptions,
  ): Promise<RawReply> {
    return new Promise((resolve) => {
      const upload = new Upload(this.bus, operation.subject, source, (reply) => {
        this.replies.close(upload);
        stopListening();
        resolve(reply);
      });
      const stopListening = onAbort(options.signal, () => upload.fail(new Fault('cancelled')));
      this.start(upload, payload, headers, options.deadlineAtMs);
    });
  }

  /** As `forward`, for an answer that may be a stream: its bytes are the reply's `body`, read at the reader's speed. */
  openDownload(
    operation: Operation,
    payload: Uint8Array,
    headers: CallHeaders,
    options: StreamOptions,
  ): Promise<RawReply> {
    return new Promise((resolve) => {
      const download = new Download(this.bus, operation.subject, resolve, () => {
        this.replies.close(download);
        stopListening();
      });
      const stopListening = onAbort(options.signal, () => download.fail(new Fault('cancelled')));
      this.start(download, payload, { ...headers, window: WINDOW_PIECES }, options.deadlineAtMs);
    });
  }

  /** Fails the calls that still wait. */
  close(): void {
    this.replies.shutDown();
  }

  /** Sends a request; what goes wrong fails its exchange. */
  private start(exchange: Exchange, payload: Uint8Array, headers: CallHeaders, deadlineAtMs: number): void {
    const fail = (error: unknown): void => {
      const fault = this.asFault(error, exchange.subject);
      if (exchange.replyTo === '') exchange.fail(fault);
      else this.replies.fail(exchange.replyTo, fault);
    };
    try {
      this.replies.open(exchange, deadlineAtMs);
      const options = { reply: exchange.replyTo, headers: printHeaders(headers) };
      this.bus.send({ subject: exchange.subject, payload, options, onError: fail });
    } catch (error) {
      // Asynchronously, as every other failure: the caller is still setting up.
      queueMicrotask(() => fail(error));
    }
  }

  private asFault(error: unknown, subject: string): Fault {
    if (error instanceof Fault) return error;
    this.log.error({ err: error, subject }, 'A call could not be sent');
    return new Fault('internal', { cause: error });
  }
}

function printHeaders({ context, request, traceparent, window }: CallHeaders): MsgHdrs {
  return makeHeaders({
    [Header.context]: context,
    [Header.request]: request,
    [Header.traceparent]: traceparent ?? undefined,
    [Header.stream]: window?.toString(),
  });
}

function onAbort(signal: AbortSignal | undefined, abort: () => void): () => void {
  if (!signal) return () => undefined;
  if (signal.aborted) queueMicrotask(abort);
  else signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}
