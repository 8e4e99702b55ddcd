import { Controller } from '@nestjs/common';
import {
  collectAgentSubject,
  Reply,
  type CollectAgentSubjectRequest,
  type AgentSubjectRows,
} from '@tenantry/contracts';
import { TenantDatabase, Vault, type Sql } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ConversationSeal } from '../conversations/conversation-seal.js';
import { listMessageRows } from '../conversations/message.table.js';
import { reading } from '../rows.js';
import { listFeedback } from '../runs/feedback.table.js';
import { assertShown, PLACES } from './agent-subject.js';
import {
  alertsOf,
  approvalsOf,
  callsOf,
  chargesOf,
  conversationsOf,
  toolCallsOf,
  type Sought,
  type TheirConversation,
} from './agent-subject.table.js';
import { SubjectSeeker } from './subject-seeker.js';

const BATCH_ROWS = 500;
const BATCH_CONVERSATIONS = 50;
const NDJSON = { 'content-type': 'application/x-ndjson; charset=utf-8' };

/** A row of a copy, and which of its values are withheld. */
interface CopiedRow {
  readonly row: object;
  readonly redacted: readonly string[];
}

/** Gives what there is about a person as a stream, in memory that does not grow with it. */
@Controller()
export class CollectAgentSubject {
  constructor(
    private readonly seeker: SubjectSeeker,
    private readonly tenants: TenantDatabase,
    private readonly seal: ConversationSeal,
    private readonly vault: Vault,
  ) {}

  @Handles(collectAgentSubject)
  async handle(request: CollectAgentSubjectRequest, ctx: TenantContext): Promise<Reply<AgentSubjectRows>> {
    assertShown(request.place);
    const sought = await this.seeker.seek(ctx, request);
    return new Reply<AgentSubjectRows>(printed(this.rowsOf(request.place, sought, ctx)) as never, { headers: NDJSON });
  }

  private rowsOf(place: string, sought: Sought, ctx: TenantContext): AsyncIterable<readonly CopiedRow[]> {
    if (place === PLACES.messages) return this.messages(sought, ctx);
    if (place === PLACES.feedback) return this.feedback(sought, ctx);
    const statements: Readonly<Record<string, (of: Sought) => Sql>> = {
      [PLACES.calls]: callsOf,
      [PLACES.tools]: toolCallsOf,
      [PLACES.charges]: chargesOf,
      [PLACES.approvals]: approvalsOf,
      [PLACES.alerts]: alertsOf,
    };
    return whole(this.tenants.stream<object>(ctx, statements[place]!(sought), BATCH_ROWS));
  }

  private async *messages(sought: Sought, ctx: TenantContext): AsyncGenerator<readonly CopiedRow[]> {
    const rows = reading(this.tenants, ctx);
    for (let afterId: string | null = null; ;) {
      const batch = await conversationsOf(rows, sought, afterId, BATCH_CONVERSATIONS);
      for (const one of batch) yield* this.wordsOf(one, ctx);
      if (batch.length < BATCH_CONVERSATIONS) return;
      afterId = batch.at(-1)!.id;
    }
  }

  private async *wordsOf(
    { id, key, isShared }: TheirConversation,
    ctx: TenantContext,
  ): AsyncGenerator<readonly CopiedRow[]> {
    const rows = reading(this.tenants, ctx);
    const seal = await this.seal.open(ctx.tenantId, id, key);
    for (let after = 0; ; after += BATCH_ROWS) {
      const said = await listMessageRows(rows, id, seal, { after, limit: BATCH_ROWS });
      yield said.map(({ position, message: { role, text }, saidAt }) => {
        const row = { conversationId: id, position, role, content: isShared ? null : text, saidAt };
        return { row, redacted: isShared ? ['content'] : [] };
      });
      if (said.length < BATCH_ROWS) return;
    }
  }

  private async *feedback({ userId }: Sought, ctx: TenantContext): AsyncGenerator<readonly CopiedRow[]> {
    const [rows, all] = [reading(this.tenants, ctx), { agentId: null, maxScore: null }];
    const door = { vault: this.vault, tenantId: ctx.tenantId };
    for (let beforeId: string | null = null; userId !== null;) {
      const batch = await listFeedback(rows, door, { ...all, userId, beforeId }, BATCH_ROWS);
      yield batch.map(({ runId, score, comment = null, givenAt }) => {
        return { row: { runId, score, comment, givenAt }, redacted: [] };
      });
      if (batch.length < BATCH_ROWS) return;
      beforeId = batch.at(-1)!.id;
    }
  }
}

async function* whole(batches: AsyncIterable<readonly object[]>): AsyncGenerator<readonly CopiedRow[]> {
  for await (const rows of batches) yield rows.map((row) => ({ row, redacted: [] }));
}

async function* printed(batches: AsyncIterable<readonly CopiedRow[]>): AsyncGenerator<Uint8Array> {
  for await (const rows of batches) {
    if (rows.length > 0) yield Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
}
