import { Controller } from '@nestjs/common';
import { recordGatewayCalls, UsageRecorded, type Empty, type RecordGatewayCallsRequest } from '@tenantry/contracts';
import { ControlDatabase } from '@tenantry/database';
import { PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { digestOf } from '../usage/usage-event.js';
import { gatewayCallEvents } from './platform-usage.js';
import { ensureMeters, insertPlatformEvents } from './platform-usage.table.js';

const JOB = 'billing_metering';

/**
 * Records what gateways counted, for all tenants of a report in one commit. A report that comes again changes nothing. The audit log of the
 * platform has the count and digest of each.
 */
@Controller()
export class RecordGatewayCalls {
  constructor(
    private readonly control: ControlDatabase,
    private readonly directories: Directories,
  ) {}

  @Handles(recordGatewayCalls)
  async handle({ reportId, countedAt, tenants }: RecordGatewayCallsRequest, ctx: TenantContext): Promise<Empty> {
    const known = tenants.filter(({ tenantId }) => this.directories.tenants.get(tenantId) !== undefined);
    const events = gatewayCallEvents({ reportId, countedAt, tenants: known });
    const zones = Map.groupBy(events, ({ tenantId }) => this.directories.tenants.get(tenantId)!.timeZone);
    await this.control.job(JOB).transaction(
      async (tx) => {
        await ensureMeters(tx, events);
        const fresh: typeof events = [];
        for (const [timeZone, some] of [...zones].toSorted(([one], [other]) => (one < other ? -1 : 1)))
          fresh.push(...(await insertPlatformEvents(tx, some, timeZone)));
        if (fresh.length === 0) return;
        fresh.sort((one, other) => (one.tenantId < other.tenantId ? -1 : 1)); // all have the report's id
        const batch = { batchId: reportId, count: fresh.length, digest: digestOf(fresh), meterIds: [] };
        tx.publish(new UsageRecorded(batch), { tenantId: PLATFORM_TENANT_ID });
      },
      { ctx },
    );
    return {};
  }
}
