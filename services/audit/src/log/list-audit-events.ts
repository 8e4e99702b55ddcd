import { Controller } from '@nestjs/common';
import {
  listAuditEvents,
  listPlatformAuditEvents,
  type ListAuditEventsRequest,
  type ListAuditEventsResponse,
  type ListPlatformAuditEventsRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { EntryView } from './entry-view.js';
import { listEntries, type EntryFilter, type Rows } from './entry.table.js';

/** `member/<id>` is one of a resource, `member` any. */
function parseResource(text: string | null): Pick<EntryFilter, 'resource' | 'resourceId'> {
  const slash = text?.indexOf('/') ?? -1;
  return slash < 0
    ? { resource: text, resourceId: null }
    : { resource: text!.slice(0, slash), resourceId: text!.slice(slash + 1) };
}

/** `tenant.*` is every action that begins with `tenant.`. */
function toFilter({
  actor = null,
  action = null,
  resource = null,
  from = null,
  to = null,
}: ListAuditEventsRequest): EntryFilter {
  return { actor, action: action?.replace(/\*$/, '') ?? null, ...parseResource(resource), from, to };
}

/** Lists the audit entries of the context's tenant, the newest first. The platform is one too. */
@Controller()
export class ListAuditEvents {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
    private readonly view: EntryView,
  ) {}

  @Handles(listAuditEvents)
  async handle(request: ListAuditEventsRequest, ctx: TenantContext): Promise<ListAuditEventsResponse> {
    const limit = request.limit ?? 50;
    const filter = toFilter(request);
    const list = `audit ${JSON.stringify(filter)}`;
    const before = request.cursor ? BigInt(this.cursors.open(ctx, list, request.cursor) as string) : null;
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const found = await listEntries(rows, filter, before, limit + 1);
    const page = found.slice(0, limit);
    const data = await this.view.show(page, rows, ctx);
    return {
      data,
      nextCursor: found.length > limit ? this.cursors.seal(ctx, list, String(page.at(-1)?.sequence)) : null,
    };
  }

  @Handles(listPlatformAuditEvents)
  handlePlatform(request: ListPlatformAuditEventsRequest, ctx: TenantContext): Promise<ListAuditEventsResponse> {
    return this.handle(request, ctx);
  }
}
