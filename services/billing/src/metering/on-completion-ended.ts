import { Controller } from '@nestjs/common';
import { CompletionEnded, UsageRecorded } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import { On, type EventContext } from '@tenantry/messaging';
import { digestOf } from '../usage/usage-event.js';
import { UsageLedger } from '../usage/usage-ledger.js';
import { modelCallEvent } from './platform-usage.js';
import { ensureMeters, insertPlatformEvents } from './platform-usage.table.js';

/**
 * The tokens of a call to a model are usage of its tenant, by agent and model, from the moment it ends. The call's id is the event's, for good:
 * also an event that comes again after its inbox was emptied counts once.
 */
@Controller()
export class OnCompletionEnded {
  constructor(private readonly ledger: UsageLedger) {}

  @On(CompletionEnded, { consumer: 'billing.tokens' })
  async handle(ended: CompletionEnded, tx: Transaction, { event }: EventContext): Promise<void> {
    if (ended.inputTokens + ended.outputTokens === 0) return;
    const call = [modelCallEvent(ended, tx.tenantId, event.occurredAt)];
    await ensureMeters(tx, call);
    const batch = { batchId: newId(), timeZone: this.ledger.timeZoneOf(tx.tenantId) };
    const fresh = await insertPlatformEvents(tx, call, batch);
    if (fresh.length === 0) return;
    tx.publish(new UsageRecorded({ batchId: batch.batchId, count: 1, digest: digestOf(fresh), meterIds: [] }));
  }
}
