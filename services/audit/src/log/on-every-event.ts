import { Controller } from '@nestjs/common';
import { claimEvents, ControlDatabase, type Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { OnBatch, type ReceivedEvent } from '@tenantry/messaging';
import { entryCount, recordEvent, type Recorded } from './entry.js';
import { ENTRIES_AT_ONCE, insertEntries, insertOrigins, insertValues, takeNumbers } from './entry.table.js';

const CONSUMER = 'audit.log';
/** Commits that are made at the same time. */
const CONCURRENCY = 4;

/**
 * Writes every event of every service into the log of its tenant. All that a batch has of one tenant is in one commit, with the claim
 * of the events, so that one that comes again adds nothing; tenants of whom there is little share a commit, which costs the same for
 * one and for many.
 */
@Controller()
export class OnEveryEvent {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @OnBatch({ consumer: CONSUMER, filter: 'events.>', maxEvents: 500 })
  async handle(batch: readonly ReceivedEvent[]): Promise<void> {
    const waiting = commitsOf(batch).values();
    const work = async (): Promise<void> => {
      for (const events of waiting) {
        await this.control.job('audit_ingest').transaction((tx) => this.record(tx, events));
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
    const next = new Map(await takeNumbers(tx, countsOf(fresh)));
    const recorded = fresh.map((event): Recorded => {
      const first = next.get(event.tenantId)!;
      next.set(event.tenantId, first + BigInt(entryCount(event)));
      return recordEvent(event, first, recordedAt);
    });
    await insertEntries(
      tx,
      recorded.flatMap(({ entries }) => entries),
    );
    insertValues(
      tx,
      recorded.flatMap(({ values }) => values),
    );
    insertOrigins(
      tx,
      recorded.map(({ origin }) => origin),
    );
  }
}

/** How many entries the events add to the log of each tenant. */
function countsOf(events: readonly ReceivedEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) counts.set(event.tenantId, (counts.get(event.tenantId) ?? 0) + entryCount(event));
  return counts;
}

/** The events of each commit: whole tenants, together as many as one statement takes the entries of. */
function commitsOf(batch: readonly ReceivedEvent[]): ReceivedEvent[][] {
  const counts = countsOf(batch);
  const commits: ReceivedEvent[][] = [];
  let [shared, room]: [ReceivedEvent[], number] = [[], 0];
  for (const [tenantId, events] of Map.groupBy(batch, (event) => event.tenantId)) {
    const entries = counts.get(tenantId)!;
    if (entries > ENTRIES_AT_ONCE) {
      commits.push(events);
      continue;
    }
    if (entries > room) {
      [shared, room] = [[], ENTRIES_AT_ONCE];
      commits.push(shared);
    }
    shared.push(...events);
    room -= entries;
  }
  return commits;
}
