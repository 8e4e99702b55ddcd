import { Controller } from '@nestjs/common';
import { IncidentEscalated } from '@tenantry/contracts';
import { ControlDatabase, type Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { nextEscalation, usedPercent } from '../clock/escalation.js';
import { lockDueDuties, saveEscalatedDuties, type DueDuty, type EscalatedDuty } from './incident.table.js';

const BATCH = 200;
const MAX_BATCHES = 100;

/** Announces that half, four fifths or all of the time to tell somebody is used up, once each. */
@Controller()
export class EveryMinuteEscalateIncidents {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'compliance.incidents', intervalMs: 60_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('compliance_clock');
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch++) {
      if ((await job.transaction((tx) => this.escalate(tx))) < BATCH) return;
    }
  }

  private async escalate(tx: Transaction): Promise<number> {
    const now = this.clock.now();
    const escalated = (await lockDueDuties(tx, now, BATCH)).map((one) => escalate(one, now));
    if (escalated.length > 0) await saveEscalatedDuties(tx, escalated);
    for (const { tenantId, incidentId, duty, percent, dueAt } of escalated) {
      tx.publish(new IncidentEscalated({ incidentId, duty, percent, dueAt }), { tenantId });
    }
    return escalated.length;
  }
}

function escalate(due: DueDuty, now: Date): EscalatedDuty {
  const percent = usedPercent(due.discoveredAt, due.dueAt, now);
  return { ...due, percent, nextAt: nextEscalation(due.discoveredAt, due.dueAt, percent)?.at ?? null };
}
