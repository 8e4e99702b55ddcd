import { Controller } from '@nestjs/common';
import { PrivacyRequestEscalated } from '@tenantry/contracts';
import { ControlDatabase, type Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { nextEscalation, usedPercent } from './escalation.js';
import { lockDueEscalations, saveEscalations, type DueEscalation, type Escalated } from './escalation.table.js';

const BATCH = 200;
const MAX_BATCHES = 100;

/** Announces that half, four fifths or all of the time of a request is used up, once each. What was missed while nobody ran is one announcement. */
@Controller()
export class EveryMinuteEscalate {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'compliance.escalate', intervalMs: 60_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('compliance_clock');
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch++) {
      if ((await job.transaction((tx) => this.escalate(tx))) < BATCH) return;
    }
  }

  private async escalate(tx: Transaction): Promise<number> {
    const now = this.clock.now();
    const due = await lockDueEscalations(tx, now, BATCH);
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
}

function escalate(due: DueEscalation, now: Date): Escalated {
  const { clockStartsAt, dueAt, escalatedPercent: before } = due;
  const percent = usedPercent(clockStartsAt, dueAt, now);
  return { ...due, before, percent, nextAt: nextEscalation(clockStartsAt, dueAt, percent)?.at ?? null };
}
