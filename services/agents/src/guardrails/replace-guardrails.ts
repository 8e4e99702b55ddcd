import { Controller } from '@nestjs/common';
import {
  GuardrailsReplaced,
  replaceGuardrails,
  type Guardrails,
  type ReplaceGuardrailsRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { savePolicy } from './guardrail.table.js';
import { printGuardrail, readGuardrails } from './policy.js';

/** Replaces the tenant's guardrails, all of them. */
@Controller()
export class ReplaceGuardrails {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(replaceGuardrails)
  async handle(request: ReplaceGuardrailsRequest, ctx: TenantContext): Promise<Guardrails> {
    const guardrails = readGuardrails(request.guardrails);
    const told = guardrails.map(
      ({ name, mode, action, stages }) => `${name}: ${mode} ${action} at ${stages.join(', ')}`,
    );
    return this.tenants.transaction(ctx, async (tx) => {
      await savePolicy(tx, guardrails, this.clock.now());
      const changes = [
        { resource: 'guardrails', id: '*', action: 'update' as const, new: { guardrails: told.join('; ') } },
      ];
      tx.publish(new GuardrailsReplaced({ count: guardrails.length }), { changes });
      return { guardrails: guardrails.map(printGuardrail), own: true };
    });
  }
}
