import { Controller } from '@nestjs/common';
import { listBreakGlass, type EmergencyAccessPage, type ListBreakGlassRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { accessMessage } from './emergency-access.js';
import { listAccess } from './emergency-access.table.js';

const LIST = 'break-glass';

/** Lists the access that staff had to the tenant's rows, newest first. */
@Controller()
export class ListBreakGlass {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  @Handles(listBreakGlass)
  async handle({ cursor, limit: wanted }: ListBreakGlassRequest, ctx: TenantContext): Promise<EmergencyAccessPage> {
    const limit = wanted ?? 50;
    const before = cursor ? (this.cursors.open(ctx, LIST, cursor) as string) : null;
    const found = await listAccess({ query: (one) => this.tenants.query(ctx, one) }, ctx.tenantId, before, limit + 1);
    const data = found.slice(0, limit).map((one) => accessMessage(one, this.clock.now()));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, LIST, data.at(-1)?.id) : null };
  }
}
