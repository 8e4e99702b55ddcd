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
import { searchEntries, wantedWords, type Found } from '../search/search-entries.js';
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

/** Lists the audit entries of the context's tenant, or searches them, the newest first. The platform is one too. */
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
    const words = request.q == null ? null : wantedWords(request.q);
    const list = `audit ${JSON.stringify(words ? { ...filter, words } : filter)}`;
    const before = request.cursor ? BigInt(this.cursors.open(ctx, list, request.cursor) as string) : null;
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const { entries, before: next } = words
      ? await searchEntries(rows, words, filter, { before, limit })
      : await listPage(rows, filter, { before, limit });
    const data = await this.view.show(entries, rows, ctx);
    return { data, nextCursor: next === null ? null : this.cursors.seal(ctx, list, String(next)) };
  }

  @Handles(listPlatformAuditEvents)
  handlePlatform(request: ListPlatformAuditEventsRequest, ctx: TenantContext): Promise<ListAuditEventsResponse> {
    return this.handle(request, ctx);
  }
}

/** A page of a list, and before which entry it goes on. */
async function listPage(
  rows: Rows,
  filter: EntryFilter,
  { before, limit }: { readonly before: bigint | null; readonly limit: number },
): Promise<Found> {
  const found = await listEntries(rows, filter, before, limit + 1);
  const entries = found.slice(0, limit);
  return { entries, before: found.length > limit ? entries.at(-1)!.sequence : null };
}
