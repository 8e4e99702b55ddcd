import { Controller } from '@nestjs/common';
import { findSubjectHolds, type FindSubjectHoldsRequest, type SubjectHolds } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { accessTo } from '../rows/caller.js';
import { type Found, SubjectFinder } from '../subjects/subject-finder.js';
import { conditionOrAll, type RowHold } from './row-hold.js';
import { findHeldOwn, type HeldPlace, rowHoldsInForce } from './row-hold.table.js';

/** Says which holds an erasure of a person would meet. */
@Controller()
export class FindSubjectHolds {
  constructor(
    private readonly finder: SubjectFinder,
    private readonly tenants: TenantDatabase,
  ) {}

  @Handles(findSubjectHolds)
  async handle({ subject }: FindSubjectHoldsRequest, ctx: TenantContext): Promise<SubjectHolds> {
    const holds = await rowHoldsInForce({ query: (statement) => this.tenants.query(ctx, statement) });
    if (holds.length === 0) return { holds: [] };
    return this.finder.find(ctx, subject, null, async (found) => {
      const places = heldPlaces(found, holds);
      if (places.length === 0) return { holds: [] };
      const statement = findHeldOwn(found.statements, places);
      return { holds: await this.tenants.query(found.caller.ctx, statement, accessTo(found.space)) };
    });
  }
}

function heldPlaces({ walk, space }: Found, holds: readonly RowHold[]): HeldPlace[] {
  return walk.own.flatMap(({ table }) =>
    holds.flatMap((hold) => {
      const condition = conditionOrAll(space, hold, table);
      return condition ? [{ hold: hold.id, table, condition }] : [];
    }),
  );
}
