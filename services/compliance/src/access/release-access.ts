import { Controller } from '@nestjs/common';
import { type AccessLink, releaseAccess, type ReleaseAccessRequest } from '@tenantry/contracts';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertStage, type PlanPlace } from '../places/plan.js';
import { assertVerified } from '../requests/privacy-request.js';
import { findRequest } from '../requests/privacy-request.table.js';
import { AccessDesk } from './access-desk.js';
import { assertFresh, type TableColumns } from './access-plan.js';
import { newSecrets } from './bundle-link.js';
import { saveLink } from './bundle-link.table.js';

const DEFAULT_VALID_HOURS = 120;
const HOUR_MS = 3_600_000;

/** Releases a copy after review and answers, once, what the person needs to fetch it. */
@Controller()
export class ReleaseAccess {
  constructor(
    private readonly desk: AccessDesk,
    private readonly clock: Clock,
  ) {}

  @Handles(releaseAccess)
  async handle({ accessId, withhold, validHours }: ReleaseAccessRequest, ctx: TenantContext): Promise<AccessLink> {
    const now = this.clock.now();
    const secrets = newSecrets();
    const expiresAt = new Date(now.getTime() + (validHours ?? DEFAULT_VALID_HOURS) * HOUR_MS);
    await this.desk.change(ctx, accessId, async ({ tx, plan, places }) => {
      assertStage(plan, 'review', 'released', 'delivered');
      assertFresh(plan, now);
      if (plan.requestId !== null) assertVerified(await findRequest(tx, plan.requestId));
      assertInPlan(places, withhold);
      await saveLink(tx, accessId, secrets, expiresAt);
      const released = { ...plan, status: 'released', withhold, approvedBy: ctx.actor.id, approvedAt: now } as const;
      return { plan: released, places, tryAt: null };
    });
    return { ...secrets, expiresAt };
  }
}

function assertInPlan(places: readonly PlanPlace[], withhold: readonly TableColumns[]): void {
  withhold.forEach(({ table, columns }, index) => {
    const place = places.find((one) => one.kind === 'rows' && one.place === table);
    const unknown = columns.find((name) => !place?.facts.columns.some((column) => column.name === name));
    if (unknown !== undefined) {
      const detail = `The copy has no column ${table}.${unknown}`;
      throw new Fault('invalid-input', { field: `withhold[${index}].columns`, detail });
    }
  });
}
