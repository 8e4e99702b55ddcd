import { Controller } from '@nestjs/common';
import { HealthDataSent } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On, type EventContext } from '@tenantry/messaging';
import { Ledger } from './ledger.js';

/** A call to a model is a disclosure to its provider. */
@Controller()
export class OnHealthDataSent {
  constructor(private readonly ledger: Ledger) {}

  @On(HealthDataSent, { consumer: 'compliance.model-disclosures' })
  async handle(event: HealthDataSent, tx: Transaction, ctx: EventContext): Promise<void> {
    const { provider, model, kinds, purpose, subjectTable: table = null, subjectKey = null } = event;
    await this.ledger.add(tx, {
      ...{ id: ctx.event.id, disclosedAt: ctx.event.occurredAt, source: 'model', recipient: provider },
      ...{ recipientAddress: null, description: `${kinds.join(', ')} in a question to the model ${model}`, purpose },
      ...{ table, subjectKey, withheldUntil: null, actorId: ctx.event.meta.actor.id },
    });
  }
}
