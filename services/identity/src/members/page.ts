import type { MemberPage } from '@tenantry/contracts';
import type { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import type { Cursors } from '@tenantry/service';
import { listMemberships, type MemberPosition } from './membership.table.js';

const DEFAULT_LIMIT = 50;
const QUERY = 'members';

/** A page of the tenant's members, oldest first. */
export async function memberPage(
  tenants: TenantDatabase,
  cursors: Cursors,
  ctx: TenantContext,
  asked: { readonly limit?: number | null; readonly cursor?: string | null },
): Promise<MemberPage> {
  const limit = asked.limit ?? DEFAULT_LIMIT;
  const after = asked.cursor ? (cursors.open(ctx, QUERY, asked.cursor) as MemberPosition) : null;
  const rows = await listMemberships(tenants, ctx, after, limit + 1);
  const data = rows.slice(0, limit);
  const last = rows.length > limit ? data.at(-1) : undefined;
  return {
    data,
    nextCursor: last
      ? cursors.seal(ctx, QUERY, [last.joinedAt.toISOString(), last.userId] satisfies MemberPosition)
      : null,
  };
}
