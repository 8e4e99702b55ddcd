import { Controller } from '@nestjs/common';
import {
  ConversationCreated,
  createConversation,
  type Conversation as ConversationMessage,
  type CreateConversationRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { beginConversation, newConversationId } from './conversation.js';
import { ConversationSeal } from './conversation-seal.js';
import { insertConversation, toMessage } from './conversation.table.js';
import { daysFor, findRetention } from './retention.table.js';
import { addSubjects } from './subject.table.js';

/** Begins a conversation that is kept. */
@Controller()
export class CreateConversation {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly seal: ConversationSeal,
    private readonly clock: Clock,
  ) {}

  @Handles(createConversation)
  async handle(request: CreateConversationRequest, ctx: TenantContext): Promise<ConversationMessage> {
    const now = this.clock.now();
    const id = newConversationId(now);
    const key = await this.seal.newKey(ctx.tenantId, id);
    return this.tenants.transaction(ctx, async (tx) => {
      const days = daysFor(await findRetention(tx), request.agentId ?? ctx.agentId);
      const begun = beginConversation(request, ctx, { id, key, days, now });
      await insertConversation(tx, begun);
      if (request.subjects.length > 0) await addSubjects(tx, this.seal, id, request.subjects);
      const { agentId, classification } = begun;
      tx.publish(new ConversationCreated({ conversationId: id, agentId, classification }));
      return toMessage(begun, request.subjects);
    });
  }
}
