import { Controller } from '@nestjs/common';
import { listSubjectPlans, type ListSubjectPlansRequest, type ListSubjectPlansResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listPlans } from './plan.table.js';

/** Copies and erasures, the newest first. */
@Controller()
export class ListSubjectPlans {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listSubjectPlans)
  async handle(
    { cursor, limit, ...request }: ListSubjectPlansRequest,
    ctx: TenantContext,
  ): Promise<ListSubjectPlansResponse> {
    const size = limit ?? 50;
    const list = `subject-plans ${JSON.stringify(request)}`;
    const beforeId = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const found = await listPlans(
      { query: (statement) => this.tenants.query(ctx, statement) },
      request,
      beforeId,
      size + 1,
    );
    const data = found.slice(0, size);
    return { data, nextCursor: found.length > size ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
