import { Controller } from '@nestjs/common';
import { type AccessEnded, endAgentAccess, type EndAgentAccessRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ChangeAgentStatus } from '../registry/change-agent-status.js';
import { endToken } from '../tokens/end-token.js';

/** Carries out what an access review decided: archives an agent, or revokes a token. */
@Controller()
export class EndAgentAccess {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly status: ChangeAgentStatus,
    private readonly clock: Clock,
  ) {}

  @Handles(endAgentAccess)
  async handle({ kind, id }: EndAgentAccessRequest, ctx: TenantContext): Promise<AccessEnded> {
    const at = this.clock.now();
    const changed = await this.tenants.transaction(ctx, async (tx) =>
      kind === 'agent' ? (await this.status.change(tx, 'archived', id)).changed : endToken(tx, id, at),
    );
    return { changed: changed === true, isGone: true, role: null, at };
  }
}
