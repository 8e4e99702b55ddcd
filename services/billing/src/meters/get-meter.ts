import { Controller } from '@nestjs/common';
import { getMeter, type GetMeterRequest, type Meter as MeterMessage } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findMeter, toMessage } from './meter.table.js';

/** Gives one meter. */
@Controller()
export class GetMeter {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getMeter)
  async handle({ meter }: GetMeterRequest, ctx: TenantContext): Promise<MeterMessage> {
    return toMessage(await findMeter({ query: (statement) => this.tenants.query(ctx, statement) }, meter));
  }
}
