import { Controller } from '@nestjs/common';
import { DataSize, recordDataSizes } from '@tenantry/contracts';
import { ControlDatabase } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every, RpcClient } from '@tenantry/messaging';
import { type Size, sizesAfter } from './count.table.js';
import { serviceContext } from './service-context.js';

const HOUR_MS = 3_600_000;
/** As many as billing takes at once. */
const TENANTS_A_REPORT = 1_000;

/**
 * Tells billing once an hour how much every tenant has: what the platform counts, no tenant can leave out. An hour that was told in part is told
 * again from its beginning; billing keeps what it heard first.
 */
@Controller()
export class Every5mReportSizes {
  #reportedHour = 0;

  constructor(
    private readonly control: ControlDatabase,
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'report-sizes', intervalMs: 300_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const countedAt = this.clock.now();
    const hour = Math.floor(countedAt.getTime() / HOUR_MS);
    if (hour === this.#reportedHour) return;
    const job = this.control.job('data_counts');
    for (let afterId: string | null = null; !signal.aborted;) {
      const sizes: Size[] = await sizesAfter(job, afterId, TENANTS_A_REPORT);
      const tenants = sizes.map((size) => Object.assign(new DataSize(), size));
      if (tenants.length > 0) await this.rpc.call(recordDataSizes, { countedAt, tenants }, serviceContext());
      if (sizes.length < TENANTS_A_REPORT) break;
      afterId = sizes.at(-1)!.tenantId;
    }
    if (!signal.aborted) this.#reportedHour = hour;
  }
}
