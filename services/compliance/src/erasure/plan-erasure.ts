import { Controller } from '@nestjs/common';
import { type Erasure, planErasure, type PlanErasureRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findRecords } from '../data-map/table-record.table.js';
import { announce } from '../places/announce.js';
import { PersonSeal } from '../places/person-seal.js';
import { insertPlan } from '../places/plan.table.js';
import { SubjectPlaces } from '../places/subject-places.js';
import { assertPerson } from './second-person.js';
import { ErasureDesk } from './erasure-desk.js';
import { isTable, openErasure } from './erasure-plan.js';

/** Plans an erasure; nothing is changed yet. */
@Controller()
export class PlanErasure {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly places: SubjectPlaces,
    private readonly seal: PersonSeal,
    private readonly desk: ErasureDesk,
    private readonly clock: Clock,
  ) {}

  @Handles(planErasure)
  async handle(request: PlanErasureRequest, ctx: TenantContext): Promise<Erasure> {
    assertPerson(ctx);
    const { requestId = null, choices } = request;
    const person = await this.places.person(ctx, request);
    const found = await this.places.find(ctx, person);
    const wish = { person, requestId, choices, createdBy: ctx.actor.id, now: this.clock.now() };
    return this.tenants.transaction(ctx, async (tx) => {
      const tables = found.places.filter(isTable).map(({ place }) => place);
      const { plan: open, places } = openErasure(wish, found.shape, found.places, await findRecords(tx, tables));
      const plan = { ...open, subject: await this.seal.sealPerson(ctx.tenantId, open.id, person) };
      await insertPlan(tx, plan, places);
      await announce(tx, null, plan);
      return this.desk.print(ctx.tenantId, plan, places);
    });
  }
}
