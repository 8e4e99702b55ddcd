import { Controller } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { Directories, Every } from '@tenantry/messaging';
import { foldCounts, tenantsToFold } from './count.table.js';
import { timeZoneOf } from './quotas.js';

const TENANTS_AT_ONCE = 500;
const LINES_AT_ONCE = 5_000;

/** Keeps the journal of counts short. Nothing depends on when this runs: whoever looks adds up counts and journal. */
@Controller()
export class Every5sFoldCounts {
  constructor(
    private readonly control: ControlDatabase,
    private readonly directories: Directories,
  ) {}

  @Every({ name: 'fold-counts', intervalMs: 5_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('data_counts');
    for (let folded = LINES_AT_ONCE; folded === LINES_AT_ONCE && !signal.aborted;) {
      const tenantIds = await tenantsToFold(job, TENANTS_AT_ONCE);
      const timeZones = tenantIds.map((tenantId) => timeZoneOf(this.directories, tenantId));
      folded = await foldCounts(job, { tenantIds, timeZones }, LINES_AT_ONCE);
    }
  }
}
