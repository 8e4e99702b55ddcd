import { Controller } from '@nestjs/common';
import { getAuditAnchoring, type AuditAnchoring, type GetAuditAnchoringRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import type { Rows } from '../log/entry.table.js';
import { NO_ANCHORING } from './anchoring.js';
import { findAnchoring, findPlaces } from './anchoring.table.js';

/** Where the log's heads are kept, and how far. */
@Controller()
export class GetAuditAnchoring {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getAuditAnchoring)
  async handle(_: GetAuditAnchoringRequest, ctx: TenantContext): Promise<AuditAnchoring> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const anchoring = (await findAnchoring(rows)) ?? NO_ANCHORING;
    return { ...anchoring, places: await findPlaces(rows, anchoring) };
  }
}
