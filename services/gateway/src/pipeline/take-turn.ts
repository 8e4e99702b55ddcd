import { Injectable } from '@nestjs/common';
import type { Operation } from '@tenantry/contracts';
import { networkOf } from '../addresses.js';
import { GatewaySettings } from '../config.js';
import type { Exchange, Step } from './exchange.js';
import { Turns, type Line } from './turns.js';

const SOON_MS = 5_000;
const A_WHILE_MS = 60_000;

/**
 * Bounds how many requests of one tenant are worked on at once, so that a flood queues behind itself and not before its
 * neighbours. Imports and exports have turns of their own, and so have calls to models: they wait for somebody else. Anonymous callers share those of their network.
 */
@Injectable()
export class TakeTurn implements Step {
  private readonly requests: Line;
  private readonly imports: Line;
  private readonly exports: Line;
  private readonly modelCalls: Line;

  constructor(
    private readonly turns: Turns,
    settings: GatewaySettings,
  ) {
    this.requests = { name: 'requests', atOnce: settings.TENANT_REQUESTS_AT_ONCE, patienceMs: SOON_MS };
    this.imports = { name: 'imports', atOnce: settings.TENANT_IMPORTS_AT_ONCE, patienceMs: A_WHILE_MS };
    this.exports = { name: 'exports', atOnce: settings.TENANT_EXPORTS_AT_ONCE, patienceMs: A_WHILE_MS };
    this.modelCalls = { name: 'model calls', atOnce: settings.TENANT_MODEL_CALLS_AT_ONCE, patienceMs: A_WHILE_MS };
  }

  async run(exchange: Exchange): Promise<void> {
    const { party, incoming, operation } = exchange;
    const who = party.credentialId === null ? networkOf(incoming.clientIp) : party.tenantId;
    exchange.endTurn = await this.turns.take(who, this.lineOf(operation));
  }

  private lineOf(operation: Operation): Line {
    if (isBulkStream(operation)) return operation.streams === 'request' ? this.imports : this.exports;
    return operation.streams === 'response' ? this.modelCalls : this.requests;
  }
}

/** An import or export: its turn lasts as long as its stream; any other's, until its answer begins. */
export function isBulkStream({ rateClass, streams }: Operation): boolean {
  return rateClass === 'bulk' && streams !== 'none';
}
