import { Controller } from '@nestjs/common';
import { listPlans, type ListPlansRequest, type ListPlansResponse } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { Catalog } from './catalog.js';
import { listPlanRows, toMessage } from './plan.table.js';

const LIST = 'plans';

/** Lists plans in their newest versions. */
@Controller()
export class ListPlans {
  constructor(
    private readonly catalog: Catalog,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listPlans)
  async handle({ limit: asked, cursor }: ListPlansRequest, ctx: TenantContext): Promise<ListPlansResponse> {
    const limit = asked ?? 50;
    const afterId = cursor ? (this.cursors.open(ctx, LIST, cursor) as string) : null;
    const rows = await listPlanRows(this.catalog.rows, afterId, limit + 1);
    const data = rows.slice(0, limit).map(toMessage);
    return { data, nextCursor: rows.length > limit ? this.cursors.seal(ctx, LIST, data.at(-1)?.id) : null };
  }
}
