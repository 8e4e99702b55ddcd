import { Controller } from '@nestjs/common';
import {
  listAgentApprovals,
  type ListAgentApprovalsRequest,
  type ListAgentApprovalsResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { reading } from '../rows.js';
import { listApprovalRows, toMessage } from './approval.table.js';

/** Lists approvals, the newest first. */
@Controller()
export class ListAgentApprovals {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  @Handles(listAgentApprovals)
  async handle(request: ListAgentApprovalsRequest, ctx: TenantContext): Promise<ListAgentApprovalsResponse> {
    const limit = request.limit ?? 50;
    const status = request.status ?? null;
    const now = this.clock.now();
    const list = `agent-approvals ${status}`;
    const beforeId = request.cursor ? (this.cursors.open(ctx, list, request.cursor) as string) : null;
    const found = await listApprovalRows(reading(this.tenants, ctx), { status, beforeId, now }, limit + 1);
    const data = found.slice(0, limit).map((approval) => toMessage(approval, now));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
