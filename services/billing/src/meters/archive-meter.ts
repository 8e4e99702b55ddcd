import { Controller } from '@nestjs/common';
import { archiveMeter, MeterArchived, type ArchiveMeterRequest, type Meter as MeterMessage } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Directories, entitlementTo, Handles } from '@tenantry/messaging';
import { isPlatforms } from '../metering/platform-usage.js';
import { archiveMeterRow, findMeter, toMessage } from './meter.table.js';

/** What the platform counts, it goes on counting. */
function assertOwn(key: string): void {
  if (isPlatforms(key))
    throw new Fault('conflict', { field: 'meter', detail: `${key} is counted by the platform, so its meter stays` });
}

/** Stops a meter. One that is stopped already is left as it is. */
@Controller()
export class ArchiveMeter {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(archiveMeter)
  async handle(request: ArchiveMeterRequest, ctx: TenantContext): Promise<MeterMessage> {
    return this.tenants.transaction(ctx, async (tx) => {
      const before = await findMeter(tx, request.meter);
      assertOwn(before.key);
      this.assertNotCapped(ctx.tenantId, before.key);
      const archivedAt = this.clock.now();
      const after = await archiveMeterRow(tx, before.id, archivedAt);
      if (!after) return toMessage(before);
      const { id, key } = after;
      tx.publish(new MeterArchived({ meterId: id, key }), {
        changes: [
          {
            resource: 'meter',
            id,
            action: 'update',
            old: { archivedAt: null },
            new: { archivedAt: archivedAt.toISOString() },
          },
        ],
      });
      return toMessage(after);
    });
  }

  /** Who archives a capped meter and makes another would begin the month with nothing used. */
  private assertNotCapped(tenantId: string, key: string): void {
    const entitlement = entitlementTo(this.directories.entitlements.get(tenantId), key, this.clock.now());
    if (entitlement?.kind === 'metered')
      throw new Fault('conflict', { field: 'meter', detail: `The plan caps ${key}, so its meter stays` });
  }
}
