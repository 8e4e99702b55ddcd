import { Controller } from '@nestjs/common';
import { recordDataSizes, type Empty, type RecordDataSizesRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { PlatformLedger } from './platform-ledger.js';
import { dataSizeEvents } from './platform-usage.js';

/** Records how many rows and bytes tenants have, once an hour: what is said first of an hour stays. */
@Controller()
export class RecordDataSizes {
  constructor(private readonly ledger: PlatformLedger) {}

  @Handles(recordDataSizes)
  async handle(report: RecordDataSizesRequest, ctx: TenantContext): Promise<Empty> {
    await this.ledger.record(ctx, dataSizeEvents(report));
    return {};
  }
}
