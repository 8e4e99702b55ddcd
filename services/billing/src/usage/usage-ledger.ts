import { Injectable } from '@nestjs/common';
import { UsageRecorded, type UsageEvent as UsageEventMessage } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, newId, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { activeMeters, metersById } from '../meters/meter.table.js';
import { placeEvent } from './correction.js';
import { digestOf, keyOf, readEvents, type UsageEvent } from './usage-event.js';
import { assertDuplicates, findOriginals, insertEvents } from './usage-event.table.js';
import { recount } from './usage-rollup.table.js';

/** The ledger of usage: events, what they add up to, and what the audit log knows of them, in one commit. */
@Injectable()
export class UsageLedger {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  /** The IANA time zone of the tenant's months and hours. @throws Fault `not-found` */
  timeZoneOf(tenantId: string): string {
    const tenant = this.directories.tenants.get(tenantId);
    if (!tenant) throw new Fault('not-found');
    return tenant.timeZone;
  }

  /**
   * Records all events or none; answers how many were not there before. What `print` makes of that is the answer.
   * @throws Fault `invalid-input`, `usage-id-reused`, `conflict`
   */
  async record<T>(ctx: TenantContext, sent: readonly UsageEventMessage[], print: (recorded: number) => T): Promise<T> {
    const now = this.clock.now();
    const batch = { id: newId(now), recordedAt: now, timeZone: this.timeZoneOf(ctx.tenantId) };
    return this.tenants.transaction(ctx, async (tx) => {
      const read = readEvents(sent, await activeMeters(tx), now);
      const fresh = await insertEvents(tx, batch, await this.place(tx, read, sent, now));
      if (fresh.length < read.length) await assertDuplicates(tx, without(read, fresh));
      const superseding = fresh.filter(({ supersedesId }) => supersedesId !== null);
      if (superseding.length > 0) await recount(tx, superseding, batch.timeZone);
      if (fresh.length > 0) tx.publish(recorded(batch.id, fresh));
      return print(fresh.length);
    });
  }

  /** Puts corrections and cancellations where their originals are. */
  private async place(
    tx: Transaction,
    events: readonly UsageEvent[],
    sent: readonly UsageEventMessage[],
    now: Date,
  ): Promise<readonly UsageEvent[]> {
    const superseding = events.filter(({ supersedesId }) => supersedesId !== null);
    if (superseding.length === 0) return events;
    const found = await findOriginals(tx, superseding);
    const meters = await metersById(tx, [...new Set(found.flatMap(({ meterIds }) => meterIds))]);
    const originals = new Map(found.map((original) => [keyOf(original), original]));
    return events.map((event) => placeEvent(event, sent[event.index]!, { originals, meters }, now));
  }
}

function without(events: readonly UsageEvent[], some: readonly UsageEvent[]): UsageEvent[] {
  const keys = new Set(some.map(keyOf));
  return events.filter((event) => !keys.has(keyOf(event)));
}

function recorded(batchId: string, events: readonly UsageEvent[]): UsageRecorded {
  const meterIds = [...new Set(events.flatMap((event) => event.meterIds))].sort();
  return new UsageRecorded({ batchId, count: events.length, digest: digestOf(events), meterIds });
}
