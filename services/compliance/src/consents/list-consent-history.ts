import { Controller } from '@nestjs/common';
import {
  listConsentHistory,
  type ListConsentHistoryRequest,
  type ListConsentHistoryResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import type { ConsentRecord } from './consent.js';
import { ConsentProofs } from './consent-proofs.js';
import { findHistory } from './consent.table.js';

/** Gives everything that was recorded of somebody, with what proves it. */
@Controller()
export class ListConsentHistory {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly proofs: ConsentProofs,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listConsentHistory)
  async handle(request: ListConsentHistoryRequest, ctx: TenantContext): Promise<ListConsentHistoryResponse> {
    const { subject, purpose = null, cursor } = request;
    const [limit, list] = [request.limit ?? 50, JSON.stringify(['consents', subject, purpose])];
    const beforeId = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const found = await this.tenants.query<ConsentRecord>(ctx, findHistory(subject, purpose, beforeId, limit + 1));
    const data = await Promise.all(found.slice(0, limit).map((record) => this.proofs.print(ctx.tenantId, record)));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
