import { Controller } from '@nestjs/common';
import {
  listAgreements as operation,
  type ListAgreementsRequest,
  type ListAgreementsResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { agreementMessage } from './agreement.js';
import { listAgreements } from './agreement.table.js';

const LIST = 'agreements';

/** Lists the tenant's agreements, the newest first. */
@Controller()
export class ListAgreements {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  @Handles(operation)
  async handle({ cursor, limit: wanted }: ListAgreementsRequest, ctx: TenantContext): Promise<ListAgreementsResponse> {
    const limit = wanted ?? 50;
    const beforeId = cursor ? (this.cursors.open(ctx, LIST, cursor) as string) : null;
    const rows = {
      query: <T extends object>(one: Parameters<TenantDatabase['query']>[1]) => this.tenants.query<T>(ctx, one),
    };
    const found = await listAgreements(rows, ctx.tenantId, beforeId, limit + 1);
    const data = found.slice(0, limit).map((one) => agreementMessage(one, this.clock.now()));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, LIST, data.at(-1)?.id) : null };
  }
}
