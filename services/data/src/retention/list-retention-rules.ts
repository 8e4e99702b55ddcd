import { Controller } from '@nestjs/common';
import {
  listRetentionRules,
  type ListRetentionRulesRequest,
  type ListRetentionRulesResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { ruleMessage } from './retention-rule.js';
import { listRules } from './retention-rule.table.js';

const LIST = 'retention-rules';

/** Lists the rules of retention, the newest first. */
@Controller()
export class ListRetentionRules {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listRetentionRules)
  async handle({ limit, cursor }: ListRetentionRulesRequest, ctx: TenantContext): Promise<ListRetentionRulesResponse> {
    const size = limit ?? 50;
    const beforeId = cursor ? String(this.cursors.open(ctx, LIST, cursor)) : null;
    const found = await listRules({ query: (one) => this.tenants.query(ctx, one) }, beforeId, size + 1);
    const data = found.slice(0, size).map(ruleMessage);
    return { data, nextCursor: found.length > size ? this.cursors.seal(ctx, LIST, data.at(-1)!.id) : null };
  }
}
