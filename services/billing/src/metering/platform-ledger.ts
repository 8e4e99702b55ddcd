import { Injectable } from '@nestjs/common';
import { UsageRecorded } from '@tenantry/contracts';
import { ControlDatabase } from '@tenantry/database';
import { newId, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { digestOf } from '../usage/usage-event.js';
import type { PlatformEvent } from './platform-usage.js';
import { ensureMeters, insertPlatformEvents } from './platform-usage.table.js';

const JOB = 'billing_metering';

/** What the platform counted of many tenants, in the ledger with one commit. */
@Injectable()
export class PlatformLedger {
  constructor(
    private readonly control: ControlDatabase,
    private readonly directories: Directories,
  ) {}

  /**
   * Records the events of the tenants that the registry knows. What comes again changes nothing; the audit log of the platform has the count
   * and digest of what was new.
   */
  async record(ctx: TenantContext, given: readonly PlatformEvent[], batchId: string = newId()): Promise<void> {
    const { tenants } = this.directories;
    const events = given.filter(({ tenantId }) => tenants.get(tenantId) !== undefined);
    const zones = [...Map.groupBy(events, ({ tenantId }) => tenants.get(tenantId)!.timeZone)];
    zones.sort(([one], [other]) => (one < other ? -1 : 1));
    await this.control.job(JOB).transaction(
      async (tx) => {
        await ensureMeters(tx, events);
        const fresh: PlatformEvent[] = [];
        for (const [timeZone, some] of zones)
          fresh.push(...(await insertPlatformEvents(tx, some, { timeZone, batchId })));
        if (fresh.length === 0) return;
        fresh.sort((one, other) => (one.tenantId < other.tenantId ? -1 : 1)); // events of one report may have one id
        const batch = { batchId, count: fresh.length, digest: digestOf(fresh), meterIds: [] };
        tx.publish(new UsageRecorded(batch), { tenantId: PLATFORM_TENANT_ID });
      },
      { ctx },
    );
  }
}
