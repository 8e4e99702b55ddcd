import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import type { TimedRequest } from '../requests/privacy-request.js';
import { RequestDesk, type Decide } from '../requests/request-desk.js';
import { findDuplicates } from './duplicate.table.js';

/** Answers a request, and with it those that were merged with it: all of them in one commit or none. */
@Injectable()
export class Merged {
  constructor(private readonly desk: RequestDesk) {}

  /** @throws what `decide` throws, for the request or for one that was merged with it */
  async answer(tx: Transaction, ctx: TenantContext, requestId: string, decide: Decide): Promise<TimedRequest> {
    const answered = await this.desk.changeIn(tx, ctx, requestId, decide);
    for (const merged of await findDuplicates(tx, requestId, 'merged')) await this.answer(tx, ctx, merged, decide);
    return answered;
  }
}
