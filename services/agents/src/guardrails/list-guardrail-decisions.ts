import { Controller } from '@nestjs/common';
import {
  listGuardrailDecisions,
  type ListGuardrailDecisionsRequest,
  type ListGuardrailDecisionsResponse,
} from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listDecisionRows } from './guardrail.table.js';

const LIST = 'guardrail-decisions';

/** Lists what guardrails decided, the newest first. */
@Controller()
export class ListGuardrailDecisions {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listGuardrailDecisions)
  async handle(request: ListGuardrailDecisionsRequest, ctx: TenantContext): Promise<ListGuardrailDecisionsResponse> {
    const limit = request.limit ?? 50;
    const beforeId = request.cursor ? (this.cursors.open(ctx, LIST, request.cursor) as string) : null;
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const found = await listDecisionRows(rows, beforeId, limit + 1);
    const data = found.slice(0, limit);
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, LIST, data.at(-1)?.id) : null };
  }
}
