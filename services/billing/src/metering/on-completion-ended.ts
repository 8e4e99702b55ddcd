import { Controller } from '@nestjs/common';
import { CompletionEnded, readMessage, UsageRecorded } from '@tenantry/contracts';
import { ControlDatabase } from '@tenantry/database';
import { Fault, newId } from '@tenantry/kernel';
import { Directories, OnBatch, type ReceivedEvent } from '@tenantry/messaging';
import { digestOf } from '../usage/usage-event.js';
import { modelCallEvent, type PlatformEvent } from './platform-usage.js';
import { ensureMeters, insertPlatformEvents } from './platform-usage.table.js';

const JOB = 'billing_metering';

/**
 * The tokens of calls to models are usage of their tenant, by agent and model, from the moment they end: one commit a tenant and batch. The
 * call's id is the event's, for good, so whatever comes again counts once.
 */
@Controller()
export class OnCompletionEnded {
  constructor(
    private readonly control: ControlDatabase,
    private readonly directories: Directories,
  ) {}

  @OnBatch({ consumer: 'billing.tokens', filter: 'events.*.agents.CompletionEnded' })
  async handle(batch: readonly ReceivedEvent[]): Promise<void> {
    for (const [tenantId, events] of Map.groupBy(batch, (event) => event.tenantId)) {
      const calls = new Map(events.flatMap(callsOf).map((call) => [call.id, call]));
      if (calls.size > 0) await this.record(tenantId, [...calls.values()]);
    }
  }

  /** @throws Fault `not-found` for a tenant that is not known here yet: its events come again */
  private async record(tenantId: string, calls: readonly PlatformEvent[]): Promise<void> {
    const tenant = this.directories.tenants.get(tenantId);
    if (!tenant) throw new Fault('not-found');
    const { timeZone, cell } = tenant;
    await this.control.job(JOB).transaction(
      async (tx) => {
        await ensureMeters(tx, calls);
        const batchId = newId();
        const fresh = await insertPlatformEvents(tx, calls, { batchId, timeZone });
        if (fresh.length === 0) return;
        tx.publish(new UsageRecorded({ batchId, count: fresh.length, digest: digestOf(fresh), meterIds: [] }));
      },
      { tenantId, cell },
    );
  }
}

/** The usage of a call; none of one that used nothing. */
function callsOf({ tenantId, occurredAt, data }: ReceivedEvent): PlatformEvent[] {
  const ended = readMessage(CompletionEnded, data);
  return ended.inputTokens + ended.outputTokens === 0 ? [] : [modelCallEvent(ended, tenantId, occurredAt)];
}
