import { Controller } from '@nestjs/common';
import { HealthDataSentToApi } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On, type EventContext } from '@tenantry/messaging';
import { Ledger } from './ledger.js';

/** A call of a tool beyond Tenantry is a disclosure to whoever runs its API. */
@Controller()
export class OnHealthDataSentToApi {
  constructor(private readonly ledger: Ledger) {}

  @On(HealthDataSentToApi, { consumer: 'compliance.api-disclosures' })
  async handle({ host, kinds, tool }: HealthDataSentToApi, tx: Transaction, ctx: EventContext): Promise<void> {
    await this.ledger.add(tx, {
      ...{ id: ctx.event.id, disclosedAt: ctx.event.occurredAt, source: 'api', recipient: host.slice(0, 200) },
      ...{
        recipientAddress: null,
        description: `${kinds.join(', ')} in a call of the tool ${tool}`,
        purpose: 'operations',
      },
      ...{ table: null, subjectKey: null, withheldUntil: null, actorId: ctx.event.meta.actor.id },
    });
  }
}
