import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import type { Subject } from '../conversations/conversation.js';
import { ConversationSeal } from '../conversations/conversation-seal.js';
import { conversationsAbout } from '../conversations/subject.table.js';
import { reading } from '../rows.js';
import type { Sought } from './agent-subject.table.js';

/** Finds the person of a privacy request. */
@Injectable()
export class SubjectSeeker {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly seal: ConversationSeal,
  ) {}

  async seek(
    ctx: TenantContext,
    { userId, subject }: { readonly userId?: string | null; readonly subject: readonly Subject[] },
  ): Promise<Sought> {
    const rows = reading(this.tenants, ctx);
    const about = await Promise.all(subject.map((one) => conversationsAbout(rows, this.seal, ctx.tenantId, one)));
    return { userId: userId ?? null, conversationIds: [...new Set(about.flat())] };
  }
}
