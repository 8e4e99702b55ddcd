import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Vault } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { OutboundError, OutboundHttp } from '@tenantry/service';
import type { Batch } from './batch.js';
import type { DueDestination } from './delivery.table.js';
import { RESOURCE } from './destination-change.js';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 65_536;
const GONE = 410;
const SECRET_PREFIX = 'whsec_';

/** Why a batch did not arrive. The problem is for the tenant: it has no part of the URL but its host. */
export interface NotTaken {
  readonly problem: string;
  /** The receiver said that it will never take one again. */
  readonly gone: boolean;
}

/** Posts batches, signed as Standard Webhooks says. */
@Injectable()
export class PostBatch {
  constructor(
    private readonly outbound: OutboundHttp,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /** Answers null when the receiver took it: with any 2xx. */
  async post(due: DueDestination, batch: Batch, signal: AbortSignal): Promise<NotTaken | null> {
    const headers = await this.headersOf(due, batch);
    const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES, maxRedirects: 0, signal };
    try {
      const { status } = await this.outbound.request(due.url, { method: 'POST', headers, body: batch.body, ...limits });
      const isTaken = status >= 200 && status < 300;
      return isTaken ? null : { problem: `The receiver answered ${status}`, gone: status === GONE };
    } catch (error) {
      if (error instanceof OutboundError) return { problem: error.message, gone: false };
      throw error;
    }
  }

  private async headersOf(due: DueDestination, batch: Batch): Promise<Record<string, string>> {
    const { tenantId } = due;
    const open = (column: string, sealed: string): Promise<string> =>
      this.vault.open(tenantId, { table: RESOURCE, column, row: due.id }, sealed);
    const id = `${due.id}_${batch.first}-${batch.last}`;
    const atS = String(Math.trunc(this.clock.now().getTime() / 1_000));
    const signature = sign(await open('secret', due.secret), `${id}.${atS}.${batch.body}`);
    return {
      ...{ 'content-type': 'application/x-ndjson; charset=utf-8', 'tenantry-tenant': tenantId },
      ...{ 'webhook-id': id, 'webhook-timestamp': atS, 'webhook-signature': `v1,${signature}` },
      ...{ 'tenantry-first': String(batch.first), 'tenantry-last': String(batch.last) },
      ...{ 'tenantry-previous-root': batch.previousRoot, 'tenantry-root': batch.root },
      ...(due.bearerToken === null ? {} : { authorization: `Bearer ${await open('bearer_token', due.bearerToken)}` }),
    };
  }
}

/** `base64(HMAC-SHA256(secret, "<id>.<seconds>.<body>"))` */
function sign(secret: string, content: string): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  return createHmac('sha256', key).update(content).digest('base64');
}
