import { Controller } from '@nestjs/common';
import { type Access, planAccess, type PlanAccessRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { announce } from '../places/announce.js';
import { PersonSeal } from '../places/person-seal.js';
import { insertPlan } from '../places/plan.table.js';
import { SubjectPlaces } from '../places/subject-places.js';
import { AccessDesk } from './access-desk.js';
import { openAccess } from './access-plan.js';

/** Plans a copy of everything that is held about a person; nothing is read yet. */
@Controller()
export class PlanAccess {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly places: SubjectPlaces,
    private readonly seal: PersonSeal,
    private readonly desk: AccessDesk,
    private readonly clock: Clock,
  ) {}

  @Handles(planAccess)
  async handle(request: PlanAccessRequest, ctx: TenantContext): Promise<Access> {
    const { requestId = null, reveal } = request;
    const person = await this.places.person(ctx, request);
    const found = await this.places.find(ctx, person);
    const wish = { person, requestId, reveal, createdBy: ctx.actor.id, now: this.clock.now() };
    const { plan: open, places } = openAccess(wish, found.shape, found.places);
    const plan = { ...open, subject: await this.seal.sealPerson(ctx.tenantId, open.id, person) };
    return this.tenants.transaction(ctx, async (tx) => {
      await insertPlan(tx, plan, places);
      await announce(tx, null, plan);
      return this.desk.print(ctx.tenantId, plan, places);
    });
  }
}
