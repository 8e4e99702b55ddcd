import { Controller } from '@nestjs/common';
import {
  AgentSubjectForgotten,
  ConversationRestricted,
  eraseAgentSubject,
  type EraseAgentSubjectRequest,
  type AgentSubjectErased,
} from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { lockHolds } from '../conversation-holds/hold.table.js';
import { forgetConversations } from '../conversations/forget.table.js';
import { PLACES } from './agent-subject.js';
import {
  conversationsOf,
  deleteAlertsOf,
  deleteFeedback,
  holdAgainst,
  maskApprovals,
  restrictHeld,
  type Restricted,
  type Sought,
} from './agent-subject.table.js';
import { SubjectSeeker } from './subject-seeker.js';

const BATCH = 500;

/** Forgets what was said with or about a person, what they said of runs, and what tools were to be given on their behalf. */
@Controller()
export class EraseAgentSubject {
  constructor(
    private readonly seeker: SubjectSeeker,
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(eraseAgentSubject)
  async handle(request: EraseAgentSubjectRequest, ctx: TenantContext): Promise<AgentSubjectErased> {
    const sought = await this.seeker.seek(ctx, request);
    return this.tenants.transaction(ctx, async (tx) => {
      const restricted = await this.restrict(tx, sought);
      const { conversations, messages } = await forgetAll(tx, sought);
      const comments = await deleteFeedback(tx, sought);
      const approvals = await maskApprovals(tx, sought);
      const alerts = await deleteAlertsOf(tx, sought);
      const changes = [...comments, ...approvals, ...alerts];
      const counts = { comments: comments.length, approvals: approvals.length, alerts: alerts.length };
      if (changes.length > 0) tx.publish(new AgentSubjectForgotten(counts), { changes });
      return {
        places: [
          { place: PLACES.messages, action: 'delete', rows: messages },
          ...restrictedPlace(restricted),
          { place: PLACES.feedback, action: 'delete', rows: BigInt(comments.length) },
          { place: PLACES.approvals, action: 'mask', rows: BigInt(approvals.length) },
          { place: PLACES.alerts, action: 'delete', rows: BigInt(alerts.length) },
        ],
        rows: BigInt(restricted.length + conversations + changes.length),
        erasedAt: this.clock.now(),
      };
    });
  }

  /** A hold narrows erasure to restriction until it is released (GDPR Arts. 17(3)(e) and 18(1)(c)). */
  private async restrict(tx: Transaction, sought: Sought): Promise<Restricted[]> {
    await lockHolds(tx, 'forgetting');
    const restricted = await restrictHeld(tx, sought, this.clock.now());
    for (const { id, hold } of restricted) {
      const change = { resource: 'conversation', id, action: 'update', new: { status: 'restricted' } } as const;
      tx.publish(new ConversationRestricted({ conversationId: id, holdId: hold }), { changes: [change] });
    }
    return restricted;
  }
}

function restrictedPlace(restricted: readonly Restricted[]): { place: string; action: string; rows: bigint }[] {
  const rows = restricted.reduce((sum, { messages }) => sum + BigInt(messages), 0n);
  return restricted.length === 0 ? [] : [{ place: PLACES.messages, action: 'restrict', rows }];
}

async function forgetAll(tx: Transaction, sought: Sought): Promise<{ conversations: number; messages: bigint }> {
  let [conversations, messages] = [0, 0n];
  for (let afterId: string | null = null; ;) {
    const batch = await conversationsOf(tx, sought, afterId, BATCH);
    if (batch.length === 0) return { conversations, messages };
    const ids = batch.map(({ id }) => id);
    const forgotten = await forgetConversations(tx, ids, 'erasure', holdAgainst(sought));
    afterId = ids.at(-1)!;
    conversations += forgotten.conversations;
    messages += BigInt(forgotten.messages);
  }
}
