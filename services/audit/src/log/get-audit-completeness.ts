import { Controller } from '@nestjs/common';
import { getAuditCompleteness, type AuditCompleteness, type GetAuditCompletenessRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { countEntries, measureLog, type Rows } from './entry.table.js';

/** Counts what the log holds, so that it can be compared with what happened. */
@Controller()
export class GetAuditCompleteness {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getAuditCompleteness)
  async handle({ from, to }: GetAuditCompletenessRequest, ctx: TenantContext): Promise<AuditCompleteness> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const { size, entries, last, retired } = await measureLog(rows);
    const isGapFree = size === entries + retired && size === (entries === 0n ? retired : last);
    const filter = { actor: null, action: null, resource: null, resourceId: null, from: from ?? null, to: to ?? null };
    return { size, gapFree: isGapFree, retired, counts: await countEntries(rows, filter) };
  }
}
