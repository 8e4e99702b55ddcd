import { Controller } from '@nestjs/common';
import { listCountDrifts, type ListCountDriftsRequest, type ListCountDriftsResponse } from '@tenantry/contracts';
import { ControlDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listDrifts } from './recount.table.js';

const LIST = 'count-drifts';

/** Shows staff where counts differed from their tables. */
@Controller()
export class ListCountDrifts {
  constructor(
    private readonly control: ControlDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listCountDrifts)
  async handle({ limit, cursor }: ListCountDriftsRequest, ctx: TenantContext): Promise<ListCountDriftsResponse> {
    const size = limit ?? 50;
    const beforeId = cursor ? String(this.cursors.open(ctx, LIST, cursor)) : null;
    const found = await listDrifts(this.control.job('data_counts'), beforeId, size + 1);
    const data = found.slice(0, size);
    return { data, nextCursor: found.length > size ? this.cursors.seal(ctx, LIST, data.at(-1)!.id) : null };
  }
}
