import { Controller } from '@nestjs/common';
import {
  AgentTemplateWithdrawn,
  withdrawAgentTemplate,
  type AgentTemplate,
  type WithdrawAgentTemplateRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { toMessage, withdrawTemplate } from './template.table.js';

/** Takes a template off the offer. */
@Controller()
export class WithdrawAgentTemplate {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(withdrawAgentTemplate)
  async handle({ name }: WithdrawAgentTemplateRequest, ctx: TenantContext): Promise<AgentTemplate> {
    return this.tenants.transaction(ctx, async (tx) => {
      const template = await withdrawTemplate(tx, name, this.clock.now());
      const changes = [{ resource: 'agent_template', id: name, action: 'update' as const, new: { withdrawn: true } }];
      tx.publish(new AgentTemplateWithdrawn({ name }), { changes });
      return toMessage(template);
    });
  }
}
