import type { CreateConversationRequest } from '@tenantry/contracts';
import { Fault, newId, parseNanos, permits, type TenantContext } from '@tenantry/kernel';

/** A conversation that is kept. */
export interface Conversation {
  readonly id: string;
  readonly agentId: string | null;
  readonly ownerId: string;
  readonly locationId: string | null;
  readonly classification: string;
  readonly status: 'open' | 'closed' | 'forgotten';
  /** Sealed; null when it was destroyed. */
  readonly key: string | null;
  readonly maxTurns: number;
  readonly turns: number;
  /** The most that all its turns may cost; null: only the tenant's budgets count. */
  readonly limitNanos: bigint | null;
  /** What they have cost so far. */
  readonly spentNanos: bigint;
  /** How many messages were kept, and the bytes that were said in them. */
  readonly messages: number;
  readonly bytes: number;
  /** The run that waits for what tools answer. */
  readonly runId: string | null;
  /** Since when it is kept for a legal hold alone, although its erasure was asked for. */
  readonly restrictedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date;
}

/** A person whom a conversation is about, as one of the tenant's tables knows them. */
export interface Subject {
  readonly table: string;
  readonly value: string;
}

/** The permission to see the conversations of others. */
const SEES_ALL = 'conversations.read';
const DAY_MS = 86_400_000;
const DEFAULT_TURNS = 50;
const DEFAULT_CLASS = 'personal';

/** More is not read into one request: a conversation of a million bytes is longer than any model reads. */
const MAX_BYTES = 1_048_576;

/** Whose a conversation is: the member's on whose behalf an agent acts, else the caller's. */
export function ownerOf({ actor, onBehalfOf }: TenantContext): string {
  return onBehalfOf ?? actor.id;
}

/** Whose conversations the caller may see; null: everybody's. An agent sees those of its member alone. */
export function visibleOwner(ctx: TenantContext): string | null {
  return ctx.actor.kind !== 'agent' && permits(ctx.permissions, SEES_ALL) ? null : ownerOf(ctx);
}

/** The beginning of a conversation. `key` is sealed. @throws Fault `forbidden` for an agent that names another */
export function beginConversation(
  request: CreateConversationRequest,
  ctx: TenantContext,
  { id, key, days, now }: { readonly id: string; readonly key: string; readonly days: number; readonly now: Date },
): Conversation {
  const agentId = request.agentId ?? ctx.agentId;
  if (ctx.agentId !== null && agentId !== ctx.agentId)
    throw new Fault('forbidden', { field: 'agentId', detail: 'An agent begins its own conversations only' });
  return {
    ...{ id, key, agentId, ownerId: ownerOf(ctx), locationId: ctx.locationId, status: 'open' },
    classification: request.classification ?? DEFAULT_CLASS,
    ...{
      maxTurns: request.maxTurns ?? DEFAULT_TURNS,
      turns: 0,
      messages: 0,
      bytes: 0,
      runId: null,
      restrictedAt: null,
    },
    limitNanos: request.budget == null ? null : parseNanos(request.budget, 'budget'),
    ...{ spentNanos: 0n, createdAt: now, updatedAt: now, expiresAt: endOf(now, days) },
  };
}

/** When a conversation is forgotten unless it goes on. */
export function endOf(lastTurnAt: Date, days: number): Date {
  return new Date(lastTurnAt.getTime() + days * DAY_MS);
}

export function newConversationId(now: Date): string {
  return newId(now);
}

/**
 * Whether the caller may say something in it now.
 * @throws Fault `not-found` when it is not theirs, or not this agent's; `conversation-ended`
 */
export function assertContinues(conversation: Conversation, ctx: TenantContext): void {
  const { ownerId, agentId, status, turns, maxTurns, bytes } = conversation;
  if (ownerId !== ownerOf(ctx) || agentId !== ctx.agentId) throw new Fault('not-found');
  if (status !== 'open') throw ended(`It is ${status}`);
  if (turns >= maxTurns) throw ended(`It has had its ${maxTurns} turns`);
  if (bytes >= MAX_BYTES) throw ended(`It has more than ${MAX_BYTES} bytes`);
}

function ended(detail: string): Fault {
  return new Fault('conversation-ended', { field: 'metadata.conversation_id', detail: `${detail}; begin another` });
}

/** What is told of a conversation that a legal hold keeps. */
export function held(hold: string, what: string): Fault {
  const detail = `This conversation is under a legal hold. ${what}`;
  return new Fault('rows-held', { field: 'conversationId', detail, extra: { hold } });
}

/**
 * What is kept for a legal hold alone is not worked with any more (GDPR Art. 18(2)): its owner reads it no more, only who may read the conversations of others.
 * @throws Fault `rows-held`
 */
export function assertReadable({ restrictedAt }: Conversation, ctx: TenantContext): void {
  if (restrictedAt === null || visibleOwner(ctx) === null) return;
  const detail = 'The erasure of this conversation was asked for; it is kept for a legal hold alone';
  throw new Fault('rows-held', { field: 'conversationId', detail });
}
