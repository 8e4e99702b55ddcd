import { Injectable } from '@nestjs/common';
import { AgentApprovalDecided, AgentApprovalRequested, type AgentApproval } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { approvalNeeded, assertUsable, decide, requestApproval, type Call } from './approval.js';
import { insertApproval, lockApproval, saveApproval, toMessage } from './approval.table.js';

/** Asks people about calls, and lets each approved one be made once. */
@Injectable()
export class Approvals {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  /**
   * Uses up the approval of a call; without one, asks for it.
   * @throws Fault `approval-needed` with its id, `agent-refused`, `not-found`
   */
  async use({ id, ...call }: Call & { readonly id: string | null }, ctx: TenantContext): Promise<void> {
    if (id === null) throw approvalNeeded(await this.ask(call, ctx));
    await this.tenants.transaction(ctx, async (tx) => {
      const approval = await lockApproval(tx, id);
      assertUsable(approval, call, ctx, this.clock.now());
      await saveApproval(tx, { ...approval, status: 'used' });
    });
  }

  private ask(call: Call, ctx: TenantContext) {
    const approval = requestApproval(call, ctx, this.clock.now());
    return this.tenants.transaction(ctx, async (tx) => {
      await insertApproval(tx, approval);
      const { id: approvalId, agentId, tool } = approval;
      tx.publish(new AgentApprovalRequested({ approvalId, agentId, tool }));
      return approval;
    });
  }

  /** A person's decision. @throws Fault `not-found`, `forbidden` or `conflict` */
  async decide(approvalId: string, status: 'approved' | 'refused', ctx: TenantContext): Promise<AgentApproval> {
    const now = this.clock.now();
    return this.tenants.transaction(ctx, async (tx) => {
      const after = decide(await lockApproval(tx, approvalId), status, ctx, now);
      await saveApproval(tx, after);
      tx.publish(new AgentApprovalDecided({ approvalId, agentId: after.agentId, status }), {
        changes: [
          { resource: 'agent_approval', id: approvalId, action: 'update', old: { status: 'pending' }, new: { status } },
        ],
      });
      return toMessage(after, now);
    });
  }
}
