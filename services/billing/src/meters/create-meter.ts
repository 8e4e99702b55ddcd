import { Controller } from '@nestjs/common';
import { createMeter, MeterCreated, type CreateMeterRequest, type Meter as MeterMessage } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { openMeter } from './meter.js';
import { insertMeter, meterChanges, toMessage } from './meter.table.js';

/** Creates a meter; it counts events from now on. */
@Controller()
export class CreateMeter {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(createMeter)
  async handle(request: CreateMeterRequest, ctx: TenantContext): Promise<MeterMessage> {
    const meter = openMeter(request, this.clock.now());
    return this.tenants.transaction(ctx, async (tx) => {
      await insertMeter(tx, meter);
      tx.publish(new MeterCreated({ meterId: meter.id, key: meter.key }), { changes: meterChanges(meter) });
      return toMessage(meter);
    });
  }
}
