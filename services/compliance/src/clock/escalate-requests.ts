import { PrivacyRequestEscalated } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { nextEscalation, usedPercent } from './escalation.js';
import { lockDueEscalations, saveEscalations, type DueEscalation, type Escalated } from './escalation.table.js';

/** Announces the shares of privacy requests' time that are used up, and notes them in their timelines. */
export async function escalateRequests(tx: Transaction, now: Date, limit: number): Promise<number> {
  const due = await lockDueEscalations(tx, now, limit);
  const escalated = due.map((one) => escalate(one, now));
  if (due.length > 0) await saveEscalations(tx, escalated, now);
  for (const { tenantId, before, ...one } of escalated) {
    const { id: requestId, percent, dueOn, assigneeId } = one;
    const change = { resource: 'privacy_request', id: requestId, action: 'update' } as const;
    const changes = [{ ...change, old: { escalatedPercent: before }, new: { escalatedPercent: percent } }];
    tx.publish(new PrivacyRequestEscalated({ requestId, percent, dueOn, assigneeId }), { tenantId, changes });
  }
  return due.length;
}

function escalate(due: DueEscalation, now: Date): Escalated {
  const { clockStartsAt, dueAt, escalatedPercent: before } = due;
  const percent = usedPercent(clockStartsAt, dueAt, now);
  return { ...due, before, percent, nextAt: nextEscalation(clockStartsAt, dueAt, percent)?.at ?? null };
}
