import { Controller } from '@nestjs/common';
import { HealthDataSentToGuardrail } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On, type EventContext } from '@tenantry/messaging';
import { Ledger } from './ledger.js';

/** What an endpoint that judges texts gets to see is disclosed to whoever runs it. */
@Controller()
export class OnHealthDataSentToGuardrail {
  constructor(private readonly ledger: Ledger) {}

  @On(HealthDataSentToGuardrail, { consumer: 'compliance.guardrail-disclosures' })
  async handle(event: HealthDataSentToGuardrail, tx: Transaction, ctx: EventContext): Promise<void> {
    const { guardrail, host, kinds, stage, purpose, subjectTable: table = null, subjectKey = null } = event;
    await this.ledger.add(tx, {
      ...{ id: ctx.event.id, disclosedAt: ctx.event.occurredAt, source: 'guardrail', recipient: host.slice(0, 200) },
      ...{ recipientAddress: null, description: `${kinds.join(', ')} in a text (${stage}) shown to ${guardrail}` },
      ...{ purpose, table, subjectKey, withheldUntil: null, actorId: ctx.event.meta.actor.id },
    });
  }
}
