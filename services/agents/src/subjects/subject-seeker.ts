import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import type { Subject } from '../conversations/conversation.js';
import { ConversationSeal } from '../conversations/conversation-seal.js';
import { conversationsAbout } from '../conversations/subject.table.js';
import { reading } from '../rows.js';
import type { Sought } from './agent-subject.table.js';

/** By what a person is asked for. */
interface SoughtAs {
  readonly userId?: string | null;
  readonly email?: string | null;
  readonly subject: readonly Subject[];
}

/** Finds the person of a privacy request. */
@Injectable()
export class SubjectSeeker {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly seal: ConversationSeal,
  ) {}

  async seek(ctx: TenantContext, { userId, email, subject }: SoughtAs): Promise<Sought> {
    const rows = reading(this.tenants, ctx);
    const about = await Promise.all(subject.map((one) => conversationsAbout(rows, this.seal, ctx.tenantId, one)));
    return { userId: userId ?? null, email: email?.toLowerCase() ?? null, conversationIds: [...new Set(about.flat())] };
  }
}
