import { Controller } from '@nestjs/common';
import { listRunFeedback, type ListRunFeedbackRequest, type ListRunFeedbackResponse } from '@tenantry/contracts';
import { TenantDatabase, Vault } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { reading } from '../rows.js';
import { listFeedback } from './feedback.table.js';

/** Lists how good runs were said to be, the newest first. */
@Controller()
export class ListRunFeedback {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listRunFeedback)
  async handle(request: ListRunFeedbackRequest, ctx: TenantContext): Promise<ListRunFeedbackResponse> {
    const limit = request.limit ?? 50;
    const filter = { agentId: request.agentId ?? null, userId: null, maxScore: request.maxScore ?? null };
    const list = `run feedback ${JSON.stringify(filter)}`;
    const beforeId = request.cursor ? (this.cursors.open(ctx, list, request.cursor) as string) : null;
    const door = { vault: this.vault, tenantId: ctx.tenantId };
    const found = await listFeedback(reading(this.tenants, ctx), door, { ...filter, beforeId }, limit + 1);
    const data = found.slice(0, limit);
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
