import { Controller } from '@nestjs/common';
import { recordGatewayCalls, type Empty, type RecordGatewayCallsRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { PlatformLedger } from './platform-ledger.js';
import { gatewayCallEvents } from './platform-usage.js';

/** Records what gateways counted, for all tenants of a report in one commit. A report that comes again changes nothing. */
@Controller()
export class RecordGatewayCalls {
  constructor(private readonly ledger: PlatformLedger) {}

  @Handles(recordGatewayCalls)
  async handle(report: RecordGatewayCallsRequest, ctx: TenantContext): Promise<Empty> {
    await this.ledger.record(ctx, gatewayCallEvents(report), report.reportId);
    return {};
  }
}
