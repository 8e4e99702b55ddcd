import { Injectable } from '@nestjs/common';
import { AuditDestinationDisabled } from '@tenantry/contracts';
import { ControlDatabase, type Job, type Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { nextBatch } from './batch.js';
import { recordDelivered, recordFailure, type DueDestination } from './delivery.table.js';
import { RESOURCE } from './destination-change.js';
import { afterFailure } from './destination.js';
import { DisabledMail } from './disabled-mail.js';
import { PostBatch, type NotTaken } from './post-batch.js';
import { Trouble } from './trouble.js';

/** Brings one destination its next batch, and remembers how that went. */
@Injectable()
export class Deliver {
  readonly job: Job;

  constructor(
    control: ControlDatabase,
    private readonly poster: PostBatch,
    private readonly mail: DisabledMail,
    private readonly trouble: Trouble,
    private readonly clock: Clock,
  ) {
    this.job = control.job('audit_shipper');
  }

  async next(due: DueDestination, signal: AbortSignal): Promise<void> {
    const outcome = await this.attempt(due, signal);
    if (signal.aborted && 'problem' in outcome) return; // stopped by us: that is no failure of the receiver
    const work = (tx: Transaction): Promise<boolean> =>
      'problem' in outcome ? this.fail(tx, due, outcome) : this.succeed(tx, due, outcome.last);
    const isDisabled = await this.job.transaction(work, { tenantId: due.tenantId });
    if (isDisabled) await this.mail.tell(due);
  }

  private async attempt(due: DueDestination, signal: AbortSignal): Promise<NotTaken | { readonly last: number }> {
    try {
      const batch = await nextBatch(this.job, due);
      return (await this.poster.post(due, batch, signal)) ?? { last: batch.last };
    } catch (error) {
      return this.trouble.explain(due, error);
    }
  }

  private async succeed(tx: Transaction, due: DueDestination, last: number): Promise<boolean> {
    await recordDelivered(tx, due, last, this.clock.now());
    return false;
  }

  private async fail(tx: Transaction, due: DueDestination, why: NotTaken): Promise<boolean> {
    const isDisabled = await recordFailure(tx, due, afterFailure(due, why, this.clock.now()));
    const { id, delivered } = due;
    if (isDisabled) {
      const change = { resource: RESOURCE, id, action: 'update', new: { state: 'disabled' } } as const;
      tx.publish(new AuditDestinationDisabled({ destinationId: id, delivered }), { changes: [change] });
    }
    return isDisabled;
  }
}
