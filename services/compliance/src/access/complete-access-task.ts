import { Controller } from '@nestjs/common';
import { type Access, completeAccessTask, type CompleteAccessTaskRequest } from '@tenantry/contracts';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { PersonSeal } from '../places/person-seal.js';
import { assertStage, type PlanPlace } from '../places/plan.js';
import { savePlace } from '../places/plan.table.js';
import { AccessDesk } from './access-desk.js';
import { hasRowsToCollect, stageOf } from './access-plan.js';

/** Records what somebody found by hand; the last open place brings the copy to its review. */
@Controller()
export class CompleteAccessTask {
  constructor(
    private readonly desk: AccessDesk,
    private readonly seal: PersonSeal,
    private readonly clock: Clock,
  ) {}

  @Handles(completeAccessTask)
  handle({ accessId, position, finding }: CompleteAccessTaskRequest, ctx: TenantContext): Promise<Access> {
    return this.desk.change(ctx, accessId, async ({ tx, plan, places }) => {
      assertStage(plan, 'planned', 'collecting', 'review');
      const task = places.find((place) => BigInt(place.position) === position && place.kind === 'task');
      if (!task) throw new Fault('not-found');
      const sealed = await this.seal.sealFinding(ctx.tenantId, accessId, task.position, finding);
      const done: PlanPlace = { ...task, status: 'done', finding: sealed };
      await savePlace(tx, accessId, done, ctx.actor.id, this.clock.now());
      const after = places.map((place) => (place === task ? done : place));
      const collects = plan.status === 'collecting' && hasRowsToCollect(after);
      return { plan: stageOf(plan, after), places: after, tryAt: collects ? this.clock.now() : null };
    });
  }
}
