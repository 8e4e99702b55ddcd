import { Controller } from '@nestjs/common';
import { planAgentSubject, type AgentSubjectPlaces, type PlanAgentSubjectRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { placesOf } from './agent-subject.js';
import { countSubject } from './agent-subject.table.js';
import { SubjectSeeker } from './subject-seeker.js';

/** Says what there is about a person. */
@Controller()
export class PlanAgentSubject {
  constructor(
    private readonly seeker: SubjectSeeker,
    private readonly tenants: TenantDatabase,
  ) {}

  @Handles(planAgentSubject)
  async handle(request: PlanAgentSubjectRequest, ctx: TenantContext): Promise<AgentSubjectPlaces> {
    const sought = await this.seeker.seek(ctx, request);
    return { places: placesOf(await countSubject(reading(this.tenants, ctx), sought)) };
  }
}
