import { Controller } from '@nestjs/common';
import { listApiKeys, type ApiKeyPage, type ListApiKeysRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { statusOf } from './api-key.js';
import { listKeys } from './api-key.table.js';

const DEFAULT_LIMIT = 50;
const QUERY = 'api-keys';

/** Lists the tenant's keys, newest first, without their secrets. */
@Controller()
export class ListApiKeys {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  @Handles(listApiKeys)
  async handle(request: ListApiKeysRequest, ctx: TenantContext): Promise<ApiKeyPage> {
    const limit = request.limit ?? DEFAULT_LIMIT;
    const before = request.cursor ? (this.cursors.open(ctx, QUERY, request.cursor) as string) : null;
    const rows = await listKeys(this.tenants, ctx, before, limit + 1);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    const now = this.clock.now();
    return {
      data: page.map((key) => ({
        ...key,
        scopes: [...key.scopes],
        allowedIps: [...key.allowedIps],
        allowedOrigins: [...key.allowedOrigins],
        status: statusOf(key, now),
      })),
      nextCursor: last ? this.cursors.seal(ctx, QUERY, last.id) : null,
    };
  }
}
