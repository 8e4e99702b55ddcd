import { Injectable } from '@nestjs/common';
import {
  AccessDecisionCarriedOut,
  type AccessEnded,
  endAgentAccess,
  endMemberAccess,
  proveChange,
} from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import type { AccessItem, KeptProof } from './access-item.js';
import { saveItems } from './access-item.table.js';
import type { AccessReview } from './access-review.js';
import { ReviewDesk } from './review-desk.js';

/** The event by which the service that gave an access says that it is gone, and what its entries call the access. */
const ENDED_BY: Readonly<Record<string, string>> = {
  member: 'MemberRemoved',
  api_key: 'ApiKeyRevoked',
  support_grant: 'SupportAccessRevoked',
  break_glass: 'BreakGlassEnded',
  agent: 'AgentStatusChanged',
  agent_token: 'AgentTokenRevoked',
};

/** Carries out one decision: has the access ended by whoever gave it, then has the audit log show that it was. */
@Injectable()
export class CarryOut {
  constructor(
    private readonly desk: ReviewDesk,
    private readonly rpc: RpcClient,
  ) {}

  /** Answers whether it came further; a service that does not answer now is asked again. */
  async step(looking: TenantContext, review: AccessReview, item: AccessItem): Promise<boolean> {
    // The entries of what is done here have the id of the decision as their request.
    const ctx = { ...looking, onBehalfOf: item.decidedBy, request: { ...looking.request, id: item.id } };
    try {
      const after = item.execution === 'waiting' ? await this.#end(ctx, item) : await this.#prove(ctx, review, item);
      await this.#keep(looking, review, after);
      return true;
    } catch (error) {
      if (looking.signal?.aborted || !(error instanceof Fault)) throw error;
      const isRefusal = item.execution === 'waiting' && error.status < 500;
      const tried = { ...item, tries: item.tries + 1, problem: error.detail };
      await this.#keep(looking, review, isRefusal ? { ...tried, execution: 'refused' } : tried);
      return isRefusal;
    }
  }

  async #end(ctx: TenantContext, item: AccessItem): Promise<AccessItem> {
    const { kind, accessId: id, grantedAt, newRole: role } = item;
    const ended: AccessEnded =
      kind === 'agent' || kind === 'agent_token'
        ? await this.rpc.call(endAgentAccess, { kind, id }, ctx)
        : await this.rpc.call(endMemberAccess, { kind, id, grantedAt, role }, ctx);
    const hasRunOut = !ended.changed && item.expiresAt !== null && item.expiresAt <= ended.at;
    const outcome = hasRunOut ? 'expired' : ended.isGone ? 'revoked' : 'changed';
    const execution = hasRunOut ? 'done' : 'proving';
    const seen = { seenGoneAt: ended.at, endedHere: ended.changed };
    return { ...item, ...seen, outcome, execution, tries: 0, problem: null };
  }

  /** What somebody else ended meanwhile has another request, and is shown by the latest entry since the review began. */
  async #prove(ctx: TenantContext, { openedAt: since }: AccessReview, item: AccessItem): Promise<AccessItem> {
    const { kind: resource, accessId: resourceId, outcome } = item;
    const requestId = item.endedHere ? item.id : null;
    const event = outcome === 'changed' ? 'MemberRoleChanged' : ENDED_BY[resource]!;
    const { entryId, proof } = await this.rpc.call(proveChange, { resource, resourceId, event, since, requestId }, ctx);
    const kept: KeptProof = {
      ...{ entryId, sequence: String(proof.sequence), leafHash: proof.leafHash, hashes: proof.hashes },
      checkpoint: proof.checkpoint.note,
    };
    return { ...item, proof: kept, execution: 'done', tries: 0, problem: null };
  }

  async #keep(ctx: TenantContext, review: AccessReview, item: AccessItem): Promise<void> {
    await this.desk.change(ctx, review.id, async (before, tx) => {
      await saveItems(tx, [item]);
      if (item.execution !== 'done' && item.execution !== 'refused') return before;
      const outcome = item.execution === 'done' ? item.outcome! : 'refused';
      const { id: itemId, proof } = item;
      const event = new AccessDecisionCarriedOut({
        reviewId: review.id,
        itemId,
        outcome,
        entryId: proof?.entryId ?? '',
      });
      const change = { resource: 'access_item', id: itemId, action: 'update' } as const;
      tx.publish(event, { changes: [{ ...change, new: { execution: item.execution, outcome } }] });
      return before;
    });
  }
}
