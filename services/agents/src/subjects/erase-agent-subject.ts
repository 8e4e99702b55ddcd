import { Controller } from '@nestjs/common';
import {
  AgentSubjectForgotten,
  eraseAgentSubject,
  type EraseAgentSubjectRequest,
  type AgentSubjectErased,
} from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { forgetConversations } from '../conversations/forget.table.js';
import { PLACES } from './agent-subject.js';
import { conversationsOf, deleteFeedback, maskApprovals, type Sought } from './agent-subject.table.js';
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
      const { conversations, messages } = await forgetAll(tx, sought);
      const comments = await deleteFeedback(tx, sought);
      const approvals = await maskApprovals(tx, sought);
      const changes = [...comments, ...approvals];
      const counts = { comments: comments.length, approvals: approvals.length };
      if (changes.length > 0) tx.publish(new AgentSubjectForgotten(counts), { changes });
      return {
        places: [
          { place: PLACES.messages, action: 'delete', rows: messages },
          { place: PLACES.feedback, action: 'delete', rows: BigInt(comments.length) },
          { place: PLACES.approvals, action: 'mask', rows: BigInt(approvals.length) },
        ],
        rows: BigInt(conversations + changes.length),
        erasedAt: this.clock.now(),
      };
    });
  }
}

/** Those that are forgotten are no longer found, so each turn takes the next ones. */
async function forgetAll(tx: Transaction, sought: Sought): Promise<{ conversations: number; messages: bigint }> {
  let [conversations, messages] = [0, 0n];
  for (;;) {
    const batch = await conversationsOf(tx, sought, null, BATCH);
    if (batch.length === 0) return { conversations, messages };
    const forgotten = await forgetConversations(
      tx,
      batch.map(({ id }) => id),
      'erasure',
    );
    conversations += forgotten.conversations;
    messages += BigInt(forgotten.messages);
  }
}
