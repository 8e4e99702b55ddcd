import { Injectable } from '@nestjs/common';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { ContextSigner, printRequestFacts, RpcClient, type RawReply } from '@tenantry/messaging';
import type { PlannedOperation } from './tool.js';

const MAX_INPUT_BYTES = 256 * 1024;

/** Calls services as the agent that called: its context goes on, signed for that service, and nothing is added to it. */
@Injectable()
export class CallAsAgent {
  constructor(
    private readonly rpc: RpcClient,
    private readonly signer: ContextSigner,
  ) {}

  /** Resolves for every outcome: what went wrong is the reply's `fault`. @throws Fault `body-too-large` */
  async call({ operation, input }: PlannedOperation, ctx: TenantContext): Promise<RawReply> {
    const payload = Buffer.from(JSON.stringify(input));
    if (payload.length > MAX_INPUT_BYTES) throw new Fault('body-too-large', { field: 'arguments' });
    const headers = {
      context: await this.signer.sign(ctx, operation.service),
      request: printRequestFacts(ctx.request),
      traceparent: ctx.request.traceparent,
    };
    return this.rpc.forward(operation, payload, headers, ctx.request.deadlineAtMs);
  }
}
