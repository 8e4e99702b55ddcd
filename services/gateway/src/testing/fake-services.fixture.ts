import { Reply, type Operation } from '@tenantry/contracts';
import { Fault, toFaultMessage, type RequestFacts, type TenantContext } from '@tenantry/kernel';
import {
  ContextVerifier,
  toRawReply,
  type CallHeaders,
  type RawReply,
  type RpcClient,
  type StreamOptions,
} from '@tenantry/messaging';

/** A call as it reached a service. */
export interface ReceivedCall {
  readonly operation: string;
  readonly input: unknown;
  readonly ctx: TenantContext;
  readonly idempotencyKey: string | null;
  readonly upload: AsyncIterable<Uint8Array> | null;
  readonly signal: AbortSignal | null;
}

type Handler = (call: ReceivedCall) => unknown;
type Verify = (service: string) => ContextVerifier;

interface RequestHeader {
  readonly id: string;
  readonly ip?: string;
  readonly ua?: string;
  readonly dl: number;
  readonly idem?: string;
}

/**
 * Every service at once, as the gateway's client sees them: contexts are verified as a service does, answers are what a
 * test says. An operation without a handler has nobody who answers it.
 */
export class FakeServices implements Pick<RpcClient, 'call' | 'forward' | 'openUpload' | 'openDownload'> {
  readonly calls: ReceivedCall[] = [];
  private readonly handlers = new Map<string, Handler>();

  constructor(private readonly verifierOf: Verify) {}

  answer(operation: Operation, handler: Handler): void {
    this.handlers.set(operation.name, handler);
  }

  get lastCall(): ReceivedCall {
    const last = this.calls.at(-1);
    if (!last) throw new Error('no service was called');
    return last;
  }

  call<I, O>(operation: Operation<I, O>, input: I, ctx: TenantContext): Promise<O> {
    const call = { operation: operation.name, input, ctx, idempotencyKey: null, upload: null, signal: null };
    this.calls.push(call);
    return Promise.resolve(this.handlers.get(operation.name)?.(call) as O);
  }

  forward(operation: Operation, payload: Uint8Array, headers: CallHeaders): Promise<RawReply> {
    return this.receive(operation, payload, headers, null, null);
  }

  openUpload(
    operation: Operation,
    payload: Uint8Array,
    headers: CallHeaders,
    source: AsyncIterable<Uint8Array>,
    options: StreamOptions,
  ) {
    return this.receive(operation, payload, headers, source, options.signal ?? null);
  }

  openDownload(
    operation: Operation,
    payload: Uint8Array,
    headers: CallHeaders,
    options: StreamOptions,
  ): Promise<RawReply> {
    return this.receive(operation, payload, headers, null, options.signal ?? null);
  }

  private async receive(
    operation: Operation,
    payload: Uint8Array,
    { context, request, traceparent = null }: CallHeaders,
    upload: AsyncIterable<Uint8Array> | null,
    signal: AbortSignal | null,
  ): Promise<RawReply> {
    const { id, ip = null, ua = null, dl, idem = null } = JSON.parse(request) as RequestHeader;
    const facts: RequestFacts = { id, clientIp: ip, userAgent: ua, deadlineAtMs: dl, traceparent };
    try {
      const ctx = await this.verifierOf(operation.service).verify(context, operation, facts);
      const handler = this.handlers.get(operation.name);
      if (!handler) throw new Fault('unavailable', { retryAfterS: 1 });
      const call = {
        operation: operation.name,
        input: JSON.parse(Buffer.from(payload).toString()),
        ctx,
        idempotencyKey: idem,
        upload,
        signal,
      };
      this.calls.push(call);
      return toReply(await handler(call));
    } catch (error) {
      const fault = error instanceof Fault ? error : new Fault('internal', { cause: error });
      return toRawReply({ payload: JSON.stringify(toFaultMessage(fault)), fault: true });
    }
  }
}

function toReply(result: unknown): RawReply {
  if (!(result instanceof Reply)) return toRawReply({ payload: JSON.stringify(result ?? {}) });
  const { status, headers } = result;
  const body: unknown = result.body;
  if (body instanceof Uint8Array) return toRawReply({ payload: body, status, headers });
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body) {
    return toRawReply({ payload: '', status, headers, body: body as AsyncIterable<Uint8Array> });
  }
  return toRawReply({ payload: body === null ? '' : JSON.stringify(body), status, headers });
}
