import { Controller } from '@nestjs/common';
import { type Erasure, planErasure, type PlanErasureRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findRecords } from '../data-map/table-record.table.js';
import { announce } from '../places/announce.js';
import { PlanWork } from '../places/plan-work.js';
import { insertPlan } from '../places/plan.table.js';
import { SubjectPlaces } from '../places/subject-places.js';
import { assertPerson } from './second-person.js';
import { ErasureDesk } from './erasure-desk.js';
import { copiesPlace, isTable, openErasure } from './erasure-plan.js';

/** Plans an erasure; nothing is changed yet. */
@Controller()
export class PlanErasure {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly places: SubjectPlaces,
    private readonly work: PlanWork,
    private readonly desk: ErasureDesk,
  ) {}

  @Handles(planErasure)
  async handle(request: PlanErasureRequest, ctx: TenantContext): Promise<Erasure> {
    assertPerson(ctx);
    const { requestId = null, choices } = request;
    const person = await this.places.person(ctx, request);
    const found = await this.places.find(ctx, person);
    const wish = { person, requestId, choices, createdBy: ctx.actor.id, now: this.work.clock.now() };
    return this.tenants.transaction(ctx, async (tx) => {
      const all = [...found.places, ...copiesPlace(await this.work.copies.count(tx, ctx.tenantId, person))];
      const tables = found.places.filter(isTable).map(({ place }) => place);
      const { plan: open, places } = openErasure(wish, found.shape, all, await findRecords(tx, tables));
      const plan = { ...open, subject: await this.work.seal.sealPerson(ctx.tenantId, open.id, person) };
      await insertPlan(tx, plan, places);
      await announce(tx, null, plan);
      return this.desk.print(ctx.tenantId, plan, places);
    });
  }
}
