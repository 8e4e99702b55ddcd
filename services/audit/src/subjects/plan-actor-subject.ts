import { Controller } from '@nestjs/common';
import {
  type PersonPlace,
  type PersonPlaces,
  planActorSubject,
  type PlanActorSubjectRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { type ActorCounts, countActor, PLACES } from './actor-subject.table.js';

const KEPT = 'The log shows who did what (GDPR Art. 17(3)(b), Art. 5(2)); it names the person by id alone';
const NAMES = ['occurredAt', 'action', 'outcome', 'resource', 'resourceId'];

/** Says what the log has about what a member did. */
@Controller()
export class PlanActorSubject {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(planActorSubject)
  async handle({ userId = null }: PlanActorSubjectRequest, ctx: TenantContext): Promise<PersonPlaces> {
    const [counts] = await this.tenants.query<ActorCounts>(ctx, countActor(userId));
    const columns = [
      ...NAMES.map((name) => ({ name, classification: 'internal' })),
      ...['clientIp', 'userAgent'].map((name) => ({ name, classification: 'personal' })),
    ];
    const entry: PersonPlace = { place: PLACES.entry, rows: counts!.entries, action: 'keep', reason: KEPT, columns };
    const origin: PersonPlace = { place: PLACES.origin, rows: counts!.origins, action: 'delete', columns: [] };
    return { places: [entry, origin] };
  }
}
