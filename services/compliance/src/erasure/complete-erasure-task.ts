import { Controller } from '@nestjs/common';
import { completeErasureTask, type CompleteErasureTaskRequest, type Erasure } from '@tenantry/contracts';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { PersonSeal } from '../places/person-seal.js';
import { assertStage, type PlanPlace } from '../places/plan.js';
import { savePlace } from '../places/plan.table.js';
import { ErasureDesk } from './erasure-desk.js';

/** Records what somebody cleared by hand; the certificate waits for the last of them. */
@Controller()
export class CompleteErasureTask {
  constructor(
    private readonly desk: ErasureDesk,
    private readonly seal: PersonSeal,
    private readonly clock: Clock,
  ) {}

  @Handles(completeErasureTask)
  handle({ erasureId, position, finding }: CompleteErasureTaskRequest, ctx: TenantContext): Promise<Erasure> {
    return this.desk.change(ctx, erasureId, async ({ tx, plan, places }) => {
      assertStage(plan, 'planned', 'approved', 'held', 'certifying');
      const task = places.find((place) => BigInt(place.position) === position && place.kind === 'task');
      if (!task) throw new Fault('not-found');
      const now = this.clock.now();
      const sealed = await this.seal.sealFinding(ctx.tenantId, erasureId, task.position, finding);
      const done: PlanPlace = { ...task, status: 'done', finding: sealed };
      await savePlace(tx, erasureId, done, ctx.actor.id, now);
      const after = places.map((place) => (place === task ? done : place));
      return { plan, places: after, tryAt: plan.status === 'planned' ? null : now };
    });
  }
}
