import { Injectable } from '@nestjs/common';
import { PrivacyDuplicateFound } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { isVerified, type TimedRequest } from '../requests/privacy-request.js';
import { RequestDesk } from '../requests/request-desk.js';
import { findDuplicates, findEarlier, findLater } from './duplicate.table.js';

/** Links requests that one person made twice, once it is known that they did. Each keeps its own clock. */
@Injectable()
export class Duplicates {
  constructor(private readonly desk: RequestDesk) {}

  /**
   * Looks for duplicates of a request whose person was just verified, or whose proof was taken back.
   * @returns the request as it is then
   */
  lookAgain(tx: Transaction, ctx: TenantContext, request: TimedRequest): Promise<TimedRequest> {
    return isVerified(request) ? this.#link(tx, ctx, request) : this.#unlink(tx, ctx, request);
  }

  async #link(tx: Transaction, ctx: TenantContext, request: TimedRequest): Promise<TimedRequest> {
    const earlier = request.duplicateOf === null ? await findEarlier(tx, request) : null;
    const linked = earlier === null ? request : await this.#point(tx, ctx, request.id, earlier);
    for (const later of await findLater(tx, request)) await this.#point(tx, ctx, later, request.id);
    return linked;
  }

  async #unlink(tx: Transaction, ctx: TenantContext, request: TimedRequest): Promise<TimedRequest> {
    const alone = request.duplicateOf === null ? request : await this.#point(tx, ctx, request.id, null);
    for (const later of await findDuplicates(tx, request.id, null)) await this.#point(tx, ctx, later, null);
    return alone;
  }

  #point(tx: Transaction, ctx: TenantContext, requestId: string, duplicateOf: string | null): Promise<TimedRequest> {
    return this.desk.changeIn(tx, ctx, requestId, (before) => ({
      after: { ...before, duplicateOf, duplicateDecision: null },
      entry: { kind: duplicateOf === null ? 'duplicate_dismissed' : 'duplicate_found', facts: { duplicateOf } },
      event: () => new PrivacyDuplicateFound({ requestId, duplicateOf: duplicateOf ?? '' }),
    }));
  }
}
