import { IncidentEscalated } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { nextEscalation, usedPercent } from '../clock/escalation.js';
import { lockDueDuties, saveEscalatedDuties, type DueDuty, type EscalatedDuty } from './incident.table.js';

/** Announces the shares of the time to tell somebody of an incident that are used up. */
export async function escalateDuties(tx: Transaction, now: Date, limit: number): Promise<number> {
  const escalated = (await lockDueDuties(tx, now, limit)).map((one) => escalate(one, now));
  if (escalated.length > 0) await saveEscalatedDuties(tx, escalated);
  for (const { tenantId, incidentId, duty, percent, dueAt } of escalated) {
    tx.publish(new IncidentEscalated({ incidentId, duty, percent, dueAt }), { tenantId });
  }
  return escalated.length;
}

function escalate(due: DueDuty, now: Date): EscalatedDuty {
  const percent = usedPercent(due.discoveredAt, due.dueAt, now);
  return { ...due, percent, nextAt: nextEscalation(due.discoveredAt, due.dueAt, percent)?.at ?? null };
}
