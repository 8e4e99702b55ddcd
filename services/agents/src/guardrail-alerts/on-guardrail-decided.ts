import { Controller } from '@nestjs/common';
import { GuardrailDecided } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On, type EventContext } from '@tenantry/messaging';
import { countForAlerts } from './guardrail-alert.table.js';

/** A decision is counted for whoever is to be told of it. */
@Controller()
export class OnGuardrailDecided {
  @On(GuardrailDecided, { consumer: 'agents.guardrail-alerts' })
  async handle(decided: GuardrailDecided, tx: Transaction, ctx: EventContext): Promise<void> {
    await countForAlerts(tx, decided, ctx.event.occurredAt);
  }
}
