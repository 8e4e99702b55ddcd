import { createHash } from 'node:crypto';
import type { GivenAccess } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';

/** What the audit log shows of a change. */
export interface KeptProof {
  readonly entryId: string;
  readonly sequence: string;
  readonly leafHash: string;
  readonly hashes: readonly string[];
  readonly checkpoint: string;
}

/** An access as it was when the population was frozen. */
export interface FrozenAccess {
  readonly id: string;
  readonly kind: string;
  readonly accessId: string;
  readonly holderId: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly role: string | null;
  readonly permissions: readonly string[];
  readonly grantedBy: string | null;
  readonly grantedAt: Date;
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
}

/** An access in a review, with what was decided about it and what became of that. */
export interface AccessItem extends FrozenAccess {
  readonly position: number;
  readonly previousRole: string | null;
  readonly isNew: boolean;
  readonly rosterRole: string | null;
  readonly findings: readonly string[];
  readonly decision: 'keep' | 'revoke' | 'change_role' | null;
  readonly newRole: string | null;
  readonly reason: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  /** `waiting` until the service that gave it was asked, `proving` until the log shows it. */
  readonly execution: 'waiting' | 'proving' | 'done' | 'refused' | null;
  readonly tries: number;
  readonly problem: string | null;
  readonly outcome: 'revoked' | 'changed' | 'expired' | null;
  readonly seenGoneAt: Date | null;
  /** Whether the review ended it, and nobody else meanwhile. */
  readonly endedHere: boolean;
  readonly proof: KeptProof | null;
}

/** A decision about some accesses. */
export interface Decision {
  readonly decision: string;
  readonly role?: string | null;
  readonly reason?: string | null;
}

/** Roles that only certain roles take something from: who reviews may otherwise do less than they. */
const TAKEN_BY: Readonly<Record<string, readonly string[]>> = { owner: ['owner'], admin: ['owner', 'admin'] };

/** SHA-256, in hex, of a line for each access in the order of the list. Nothing about a person is in it, so that it can be checked after an erasure, too. */
export function digestOf(accesses: readonly FrozenAccess[]): string {
  const hash = createHash('sha256');
  for (const one of accesses) {
    const { accessId, expiresAt, grantedAt, grantedBy, holderId, kind, permissions, role } = one;
    hash.update(
      `${JSON.stringify({ accessId, expiresAt, grantedAt, grantedBy, holderId, kind, permissions, role })}\n`,
    );
  }
  return hash.digest('hex');
}

/** An access as it is frozen. */
export function freeze({ id: accessId, ...given }: GivenAccess, id: string): FrozenAccess {
  const { kind, holderId = null, email = null, name = null, role = null, grantedBy = null, grantedAt } = given;
  const { permissions, lastUsedAt = null, expiresAt = null } = given;
  return { id, kind, accessId, holderId, email, name, role, permissions, grantedBy, grantedAt, lastUsedAt, expiresAt };
}

/** Why somebody does not decide about an access: it is their own, or they gave it. */
export function barredFrom(item: FrozenAccess, userId: string): 'own' | 'granted' | null {
  if (item.holderId === userId) return 'own';
  return item.grantedBy === userId ? 'granted' : null;
}

/** What is noted of a decision. @throws Fault `forbidden`, `conflict` or `invalid-input` naming the item */
export function decide(
  item: AccessItem,
  wish: Decision,
  { actor }: Pick<TenantContext, 'actor'>,
  now: Date,
): AccessItem {
  const takes = wish.decision !== 'keep';
  assertMayDecide(item, takes, actor);
  assertFits(item, wish);
  return {
    ...item,
    decision: wish.decision as AccessItem['decision'],
    ...{ newRole: wish.role ?? null, reason: wish.reason?.trim() ?? null },
    ...{ decidedBy: actor.id, decidedAt: now, execution: takes ? 'waiting' : null, tries: 0, problem: null },
  };
}

/** @throws Fault `forbidden`, or `conflict` while an earlier decision is being carried out */
function assertMayDecide(item: AccessItem, takes: boolean, actor: TenantContext['actor']): void {
  const refuse = (reason: 'forbidden' | 'conflict', detail: string): Fault =>
    new Fault(reason, { field: 'itemIds', detail: `${item.id}: ${detail}` });
  const barred = barredFrom(item, actor.id);
  if (barred === 'own') throw refuse('forbidden', 'nobody decides about their own access');
  if (barred === 'granted') throw refuse('forbidden', 'somebody else decides than who gave it');
  if (item.execution !== null && item.execution !== 'refused') throw refuse('conflict', 'this is being carried out');
  const takenBy = takes && item.role !== null ? TAKEN_BY[item.role] : undefined;
  if (takenBy && !takenBy.includes(actor.role ?? ''))
    throw refuse('forbidden', `from somebody who is ${item.role} only ${takenBy.join(' or ')} takes anything`);
}

/** @throws Fault `invalid-input` */
function assertFits({ id, kind, role, findings }: AccessItem, wish: Decision): void {
  const invalid = (field: string, detail: string): Fault =>
    new Fault('invalid-input', { field, detail: `${id}: ${detail}` });
  if (wish.decision !== 'change_role') {
    if (wish.role) throw invalid('role', 'a role goes with change_role');
  } else if (kind !== 'member') throw invalid('decision', 'only members have roles');
  else if (!wish.role || wish.role === role)
    throw invalid('role', 'name the role that they get, another than they have');
  const doubts = findings.filter((finding) => finding !== 'new');
  if (wish.decision === 'keep' && doubts.length > 0 && !wish.reason)
    throw invalid('reason', `say why it stays: ${doubts.join(', ')}`);
}
