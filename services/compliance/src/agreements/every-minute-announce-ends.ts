import { Controller } from '@nestjs/common';
import { AgreementEnding } from '@tenantry/contracts';
import { ControlDatabase, type Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { daysAhead, nextAnnouncement } from './ending.js';
import { lockEnding, saveAnnounced, type AnnouncedEnd } from './ending.table.js';

const BATCH = 200;
const MAX_BATCHES = 100;

/**
 * Warns 60, 30 and 7 days before an agreement ends, and says when it has lapsed, once each; not of one that another follows without
 * a gap. What was missed while nobody ran is one announcement.
 */
@Controller()
export class EveryMinuteAnnounceEnds {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'compliance.agreements', intervalMs: 60_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('compliance_clock');
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch++) {
      if ((await job.transaction((tx) => this.announce(tx))) < BATCH) return;
    }
  }

  private async announce(tx: Transaction): Promise<number> {
    const now = this.clock.now();
    const ending = await lockEnding(tx, now, BATCH);
    const announced = ending.map((one): AnnouncedEnd => {
      const daysLeft = daysAhead(one.endsAt, now);
      return { ...one, daysLeft, nextAt: nextAnnouncement(one.endsAt, daysLeft) };
    });
    if (announced.length > 0) await saveAnnounced(tx, announced);
    for (const { tenantId, id: agreementId, party, endsOn, daysLeft, isRenewed } of announced) {
      if (isRenewed || daysLeft === null) continue;
      const changes = [{ resource: 'agreement', id: agreementId, action: 'update', new: { daysLeft } }] as const;
      tx.publish(new AgreementEnding({ agreementId, party, daysLeft, endsOn }), { tenantId, changes: [...changes] });
    }
    return ending.length;
  }
}
