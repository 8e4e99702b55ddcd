import { Controller } from '@nestjs/common';
import { AgentRunRated, giveRunFeedback, type GiveRunFeedbackRequest, type RunFeedback } from '@tenantry/contracts';
import { TenantDatabase, Vault } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ownerOf } from '../conversations/conversation.js';
import { saveFeedback } from './feedback.table.js';
import { findRun } from './run.table.js';

/** Says how good a run was: for whom it was made, and nobody else. */
@Controller()
export class GiveRunFeedback {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  @Handles(giveRunFeedback)
  handle({ runId, score, comment }: GiveRunFeedbackRequest, ctx: TenantContext): Promise<RunFeedback> {
    const said = { runId, actorId: ownerOf(ctx), score, comment: comment ?? null, givenAt: this.clock.now() };
    return this.tenants.transaction(ctx, async (tx) => {
      const { actorId, onBehalfOf } = await findRun(tx, runId);
      if (said.actorId !== (onBehalfOf ?? actorId)) throw new Fault('not-found');
      await saveFeedback(tx, this.vault, said);
      tx.publish(new AgentRunRated({ runId, score }));
      return said;
    });
  }
}
