import { Injectable } from '@nestjs/common';
import { Logger } from '@tenantry/service';
import { serviceContext } from '../models/platform-context.js';
import { Spending, type EndedCall } from './spending.js';

/** What has ended and was not settled, of whichever tenant. */
interface Unsettled extends EndedCall {
  readonly tenantId: string;
}

/** Settles for schedules what was left behind: each tenant's together, at most `MOST_SETTLED` at a time. */
@Injectable()
export class LeftBehind {
  constructor(
    private readonly spending: Spending,
    private readonly log: Logger,
  ) {}

  /**
   * Answers those that billing took, at what it counts for them: of what was never held, and so never used, nothing. The others it takes another
   * time. Never fails.
   */
  async settle<T extends Unsettled>(left: readonly T[]): Promise<T[]> {
    const tenants = Map.groupBy(left, ({ tenantId }) => tenantId);
    const tries = await Promise.allSettled([...tenants].map(([tenantId, own]) => this.settleOf(tenantId, own)));
    const failed = tries.find((one) => one.status === 'rejected');
    const settled = tries.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    if (failed) {
      const facts = { err: failed.reason as unknown, count: left.length - settled.length };
      this.log.warn(facts, 'What was left behind could not be settled; it is tried again');
    }
    return settled;
  }

  private async settleOf<T extends Unsettled>(tenantId: string, own: readonly T[]): Promise<T[]> {
    const counted = await this.spending.settleAll(serviceContext(tenantId), own);
    return own.map((one, index) => ({ ...one, costNanos: counted[index]! }));
  }
}
