import { createHash } from 'node:crypto';
import { Fault, newId, type TenantContext } from '@tenantry/kernel';

export type ApprovalStatus = 'pending' | 'approved' | 'refused' | 'used';

const LIFETIME_MS = 3_600_000;

/** A call of a tool that waits for a person: for exactly these arguments, once. */
export interface Approval {
  readonly id: string;
  readonly agentId: string;
  readonly onBehalfOf: string | null;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** SHA-256 of tool and arguments. */
  readonly digest: string;
  readonly status: ApprovalStatus;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
}

/** A call to be made. */
export type Call = Pick<Approval, 'tool' | 'arguments'>;

/** Asks for a call. */
export function requestApproval(call: Call, { actor, onBehalfOf }: TenantContext, now: Date): Approval {
  return {
    ...{ id: newId(now), agentId: actor.id, onBehalfOf, tool: call.tool, arguments: call.arguments },
    ...{
      digest: digestOf(call),
      status: 'pending',
      requestedAt: now,
      expiresAt: new Date(now.getTime() + LIFETIME_MS),
    },
    ...{ decidedBy: null, decidedAt: null },
  };
}

/** What a call is told by: the same for the same tool and arguments, whatever order their names have. */
export function digestOf({ tool, arguments: given }: Call): string {
  return createHash('sha256')
    .update(JSON.stringify([tool, sorted(given)]))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

/** As people read it: one that nobody decided, or nobody used, in time is expired. */
export function statusAt({ status, expiresAt }: Approval, now: Date): ApprovalStatus | 'expired' {
  return (status === 'pending' || status === 'approved') && expiresAt <= now ? 'expired' : status;
}

/**
 * Whether a call may be made now.
 * @throws Fault `approval-needed` while nobody has decided, `agent-refused` when it may not be made with this approval
 */
export function assertUsable(approval: Approval, call: Call, { actor, onBehalfOf }: TenantContext, now: Date): void {
  const isSame =
    approval.agentId === actor.id && approval.onBehalfOf === onBehalfOf && approval.digest === digestOf(call);
  if (!isSame) throw new Fault('agent-refused', { field: 'approvalId', detail: 'The approval is for another call' });
  const status = statusAt(approval, now);
  if (status === 'pending') throw approvalNeeded(approval);
  if (status !== 'approved')
    throw new Fault('agent-refused', { field: 'approvalId', detail: `The approval is ${status}` });
}

/** Says for which approval to wait. */
export function approvalNeeded({ id, expiresAt }: Approval): Fault {
  return new Fault('approval-needed', { extra: { approvalId: id, expiresAt: expiresAt.toISOString() } });
}

/** A person's decision. @throws Fault `forbidden` for anybody else, `conflict` when it was decided or has expired */
export function decide(
  approval: Approval,
  status: 'approved' | 'refused',
  { actor }: TenantContext,
  now: Date,
): Approval {
  if (actor.kind !== 'user') throw new Fault('forbidden', { detail: 'Only a person decides this' });
  const present = statusAt(approval, now);
  if (present !== 'pending') throw new Fault('conflict', { detail: `The approval is ${present}` });
  return { ...approval, status, decidedBy: actor.id, decidedAt: now };
}
