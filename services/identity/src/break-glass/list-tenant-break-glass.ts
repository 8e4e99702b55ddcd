import { Controller } from '@nestjs/common';
import { listTenantBreakGlass, type EmergencyAccessPage, type ListTenantBreakGlassRequest } from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { AccessDesk } from './access-desk.js';
import { accessMessage } from './emergency-access.js';
import { listAccess } from './emergency-access.table.js';

/** Lists emergency access to a tenant for staff, newest first. */
@Controller()
export class ListTenantBreakGlass {
  constructor(
    private readonly desk: AccessDesk,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  @Handles(listTenantBreakGlass)
  async handle(request: ListTenantBreakGlassRequest, ctx: TenantContext): Promise<EmergencyAccessPage> {
    const { tenantId, cursor } = request;
    await this.desk.requireTenant(tenantId);
    const [limit, list] = [request.limit ?? 50, `break-glass of ${tenantId}`];
    const before = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const found = await listAccess(this.desk.rows, tenantId, before, limit + 1);
    const data = found.slice(0, limit).map((one) => accessMessage(one, this.clock.now()));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
