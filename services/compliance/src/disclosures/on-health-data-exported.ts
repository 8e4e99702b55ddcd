import { Controller } from '@nestjs/common';
import { HealthDataExported } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On, type EventContext } from '@tenantry/messaging';
import { Ledger } from './ledger.js';

/** What is exported leaves the tenant's tables: whoever took it answers for it, so the ledger names them as the recipient. */
@Controller()
export class OnHealthDataExported {
  constructor(private readonly ledger: Ledger) {}

  @On(HealthDataExported, { consumer: 'compliance.export-disclosures' })
  async handle({ table, columns }: HealthDataExported, tx: Transaction, ctx: EventContext): Promise<void> {
    const { kind, id: actorId } = ctx.event.meta.actor;
    await this.ledger.add(tx, {
      ...{ id: ctx.event.id, disclosedAt: ctx.event.occurredAt, source: 'export', recipient: `${kind} ${actorId}` },
      ...{ recipientAddress: null, description: `An export of ${columns.join(', ')}`, purpose: 'operations' },
      ...{ table, subjectKey: null, withheldUntil: null, actorId },
    });
  }
}
