import { Controller } from '@nestjs/common';
import {
  listPlatformAgreements,
  type ListAgreementsResponse,
  type ListPlatformAgreementsRequest,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { agreementMessage } from './agreement.js';
import { listAgreements } from './agreement.table.js';
import { PlatformAgreements } from './platform-agreements.js';

/** Lists a tenant's agreements for the platform's staff, the newest first. */
@Controller()
export class ListPlatformAgreements {
  constructor(
    private readonly platform: PlatformAgreements,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  @Handles(listPlatformAgreements)
  async handle(request: ListPlatformAgreementsRequest, ctx: TenantContext): Promise<ListAgreementsResponse> {
    const { tenantId, cursor, limit: wanted } = request;
    await this.platform.requireTenant(tenantId);
    const [limit, list] = [wanted ?? 50, `agreements of ${tenantId}`];
    const beforeId = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const found = await listAgreements(this.platform.rows, tenantId, beforeId, limit + 1);
    const data = found.slice(0, limit).map((one) => agreementMessage(one, this.clock.now()));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
