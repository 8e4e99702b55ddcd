import { Controller } from '@nestjs/common';
import {
  ConversationLinked,
  linkConversationSubjects,
  type Conversation as ConversationMessage,
  type LinkConversationSubjectsRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { visibleOwner } from './conversation.js';
import { ConversationSeal } from './conversation-seal.js';
import { lockConversation, toMessage } from './conversation.table.js';
import { addSubjects, listSubjects } from './subject.table.js';

const MAX_SUBJECTS = 200;

/** Says whom a conversation is about. */
@Controller()
export class LinkConversationSubjects {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly seal: ConversationSeal,
  ) {}

  @Handles(linkConversationSubjects)
  handle(request: LinkConversationSubjectsRequest, ctx: TenantContext): Promise<ConversationMessage> {
    const { conversationId, subjects } = request;
    return this.tenants.transaction(ctx, async (tx) => {
      const found = await lockConversation(tx, conversationId, visibleOwner(ctx));
      if (found.key === null) throw new Fault('conflict', { detail: 'This conversation was forgotten' });
      const added = await addSubjects(tx, this.seal, conversationId, subjects);
      if (added > 0) tx.publish(new ConversationLinked({ conversationId, subjects: added }));
      const named = await listSubjects(tx, this.seal, { tenantId: ctx.tenantId, conversationId });
      if (named.length > MAX_SUBJECTS)
        throw new Fault('conflict', {
          field: 'subjects',
          detail: `A conversation is about ${MAX_SUBJECTS} people at most`,
        });
      return toMessage(found, named);
    });
  }
}
