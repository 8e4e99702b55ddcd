import { Injectable } from '@nestjs/common';
import type { Operation } from '@tenantry/contracts';
import { Fault, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import type { Exchange } from '../pipeline/exchange.js';
import { Standing } from '../pipeline/pipeline.js';
import { isBulkStream } from '../pipeline/take-turn.js';

const STOPPING = 'The service is shutting down';

/**
 * Imports and exports that are running. Whatever let one in must go on holding: when its tenant, key, session, member or
 * policy changes, it is asked again, and cut if the answer is no.
 */
@Injectable()
export class OpenStreams {
  private readonly open = new Map<Exchange, AbortController>();

  constructor(
    directories: Directories,
    private readonly standing: Standing,
  ) {
    const { tenants, members, keys, revocations, policies } = directories;
    const { agents, agentTokens, agentRevocations, agentStops } = directories;
    const people = [tenants, members, keys, revocations, policies];
    for (const directory of [...people, agents, agentTokens, agentRevocations, agentStops])
      directory.onChange((key) => this.onChange(key));
  }

  /** Follows a stream until it is closed; its signal tells when to stop early. */
  follow(exchange: Exchange): AbortController {
    const controller = new AbortController();
    this.open.set(exchange, controller);
    exchange.signal = controller.signal;
    return controller;
  }

  close(exchange: Exchange): void {
    this.open.delete(exchange);
  }

  /** Cuts what would never end by itself: its clients come back, to another process. */
  endFeeds(): void {
    for (const [exchange, controller] of this.open) {
      if (isFeed(exchange.operation)) controller.abort(new Fault('unavailable', { detail: STOPPING, retryAfterS: 1 }));
    }
  }

  private onChange(key: string): void {
    for (const [exchange, controller] of this.open) {
      if (concerns(exchange, key)) this.standing.run(exchange).catch((fault: unknown) => controller.abort(fault));
    }
  }
}

/** Whether it tells what happens for as long as somebody listens. */
function isFeed(operation: Operation): boolean {
  return operation.streams === 'response' && operation.http?.method === 'GET' && !isBulkStream(operation);
}

/** Whether a directory's entry is about a stream: directories are keyed by tenant, person, credential or key hash. */
function concerns({ party, credential }: Exchange, key: string): boolean {
  const { tenantId, actor, credentialId, agent } = party;
  return (
    (agent !== null && (key === PLATFORM_TENANT_ID || key === agent.onBehalfOf)) ||
    key === tenantId ||
    key === actor.id ||
    key === credentialId ||
    ('digest' in credential && key === credential.digest)
  );
}
