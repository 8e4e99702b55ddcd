import { Controller } from '@nestjs/common';
import {
  listPrivacyRequestEntries,
  type ListPrivacyRequestEntriesRequest,
  type ListPrivacyRequestEntriesResponse,
  type PrivacyRequestEntry,
} from '@tenantry/contracts';
import { TenantDatabase, Vault } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listEntries, type Entry } from './entry.table.js';
import { findRequest, type Rows } from './privacy-request.table.js';
import { entryPlace } from './request-desk.js';

/** What happened to a request, with what was said in clear. */
@Controller()
export class ListPrivacyRequestEntries {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listPrivacyRequestEntries)
  async handle(
    { requestId, limit, cursor }: ListPrivacyRequestEntriesRequest,
    ctx: TenantContext,
  ): Promise<ListPrivacyRequestEntriesResponse> {
    const size = limit ?? 50;
    const list = `privacy-request-entries ${requestId}`;
    const afterSeq = cursor ? (this.cursors.open(ctx, list, cursor) as number) : 0;
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    await findRequest(rows, requestId);
    const found = await listEntries(rows, requestId, afterSeq, size + 1);
    const data = await Promise.all(found.slice(0, size).map((entry) => this.print(ctx, requestId, entry)));
    return { data, nextCursor: found.length > size ? this.cursors.seal(ctx, list, data.at(-1)?.seq) : null };
  }

  private async print({ tenantId }: TenantContext, requestId: string, entry: Entry): Promise<PrivacyRequestEntry> {
    const { text, facts, ...rest } = entry;
    const opened = text === null ? null : await this.vault.open(tenantId, entryPlace(requestId, entry.seq), text);
    const given = Object.entries(facts).filter(([, value]) => value !== null);
    return { ...rest, facts: Object.fromEntries(given.map(([name, value]) => [name, String(value)])), text: opened };
  }
}
