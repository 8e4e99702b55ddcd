import { Controller } from '@nestjs/common';
import { claimEvents, ControlDatabase, type Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { OnBatch, type ReceivedEvent } from '@tenantry/messaging';
import { entryCount, recordEvent, type Recorded } from './entry.js';
import { insertEntries, insertOrigins, insertValues, takeNumbers } from './entry.table.js';

const CONSUMER = 'audit.log';
/** Tenants whose logs are written at the same time. */
const CONCURRENCY = 4;

/**
 * Writes every event of every service into the log of its tenant: one commit a tenant and batch, with the claim of the
 * events in it, so that one that comes again adds nothing.
 */
@Controller()
export class OnEveryEvent {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @OnBatch({ consumer: CONSUMER, filter: 'events.>', maxEvents: 500 })
  async handle(batch: readonly ReceivedEvent[]): Promise<void> {
    const waiting = Map.groupBy(batch, ({ tenantId }) => tenantId).entries();
    const work = async (): Promise<void> => {
      for (const [tenantId, events] of waiting) {
        await this.control.job('audit_ingest').transaction((tx) => this.record(tx, events), { tenantId });
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
  }

  private async record(tx: Transaction, events: readonly ReceivedEvent[]): Promise<void> {
    const once = [...new Map(events.map((event) => [event.id, event])).values()];
    const claims = once.map(({ id, tenantId }) => ({ eventId: id, tenantId }));
    const claimed = await claimEvents(tx, CONSUMER, claims);
    const fresh = once.filter(({ id }) => claimed.has(id));
    if (fresh.length === 0) return;

    const recordedAt = this.clock.now();
    let next = await takeNumbers(
      tx,
      fresh.reduce((count, event) => count + entryCount(event), 0),
    );
    const recorded = fresh.map((event): Recorded => {
      const record = recordEvent(event, next, recordedAt);
      next += BigInt(record.entries.length);
      return record;
    });
    await insertEntries(
      tx,
      recorded.flatMap(({ entries }) => entries),
    );
    await insertValues(
      tx,
      recorded.flatMap(({ values }) => values),
    );
    await insertOrigins(
      tx,
      recorded.map(({ origin }) => origin),
    );
  }
}
