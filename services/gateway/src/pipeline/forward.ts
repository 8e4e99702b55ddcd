import { Injectable } from '@nestjs/common';
import { Fault, fromFaultMessage } from '@tenantry/kernel';
import { printRequestFacts, RpcClient, type RawReply } from '@tenantry/messaging';
import type { Exchange, Step } from './exchange.js';
import { requestFacts } from './sign-context.js';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** Asks the service, and takes its refusal for ours. A service that is down or slow concerns its own operations only. */
@Injectable()
export class Forward implements Step {
  constructor(private readonly rpc: RpcClient) {}

  async run(exchange: Exchange): Promise<void> {
    const reply = await this.send(exchange);
    if (exchange.signal?.aborted && exchange.signal.reason instanceof Fault) throw exchange.signal.reason;
    if (reply.fault) throw fromFaultMessage(reply.fault);
    exchange.reply = reply;
  }

  private send(exchange: Exchange): Promise<RawReply> {
    const { operation, payload, context, traceparent, deadlineAtMs, upload } = exchange;
    const request = printRequestFacts(requestFacts(exchange), idempotencyKey(exchange));
    const headers = { context, request, traceparent };
    const options = { deadlineAtMs, signal: exchange.signal ?? undefined };
    if (upload) return this.rpc.openUpload(operation, payload, headers, upload, options);
    if (operation.streams === 'response') return this.rpc.openDownload(operation, payload, headers, options);
    return this.rpc.forward(operation, payload, headers, deadlineAtMs);
  }
}

function idempotencyKey({ operation, incoming }: Exchange): string | null {
  const key = incoming.headers['idempotency-key'];
  if (!operation.idempotent || key === undefined) return null;
  if (typeof key === 'string' && IDEMPOTENCY_KEY.test(key)) return key;
  throw new Fault('invalid-input', {
    errors: [{ field: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }],
  });
}
