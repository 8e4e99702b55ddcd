import { Injectable } from '@nestjs/common';
import type { RequestFacts } from '@tenantry/kernel';
import { ContextSigner } from '@tenantry/messaging';
import type { Exchange, Step } from './exchange.js';

/** Signs who the caller is, for the service that answers. The signer remembers: a credential's requests share a signature. */
@Injectable()
export class SignContext implements Step {
  constructor(private readonly signer: ContextSigner) {}

  async run(exchange: Exchange): Promise<void> {
    const { operation, party } = exchange;
    const context = {
      tenantId: party.tenantId,
      cell: party.home.cell,
      mode: party.home.mode,
      organizationId: party.home.organizationId,
      locationId: party.agent?.locationId ?? null,
      actor: party.actor,
      onBehalfOf: party.agent?.onBehalfOf ?? null,
      agentId: party.agent?.agentId ?? null,
      grantId: party.support?.id ?? null,
      grant: party.support?.grant ?? null,
      purpose: 'request' as const,
      permissions: party.permissions,
      credentialId: party.credentialId,
      whenSuspended: operation.whenSuspended,
      request: requestFacts(exchange),
      idempotency: null,
      signal: null,
    };
    exchange.context = await this.signer.sign(context, operation.service);
  }
}

/** What the service logs and audits about the request. */
export function requestFacts({ id, incoming, deadlineAtMs, traceparent }: Exchange): RequestFacts {
  return {
    id,
    clientIp: incoming.clientIp,
    userAgent: incoming.headers['user-agent'] ?? null,
    deadlineAtMs,
    traceparent,
  };
}
