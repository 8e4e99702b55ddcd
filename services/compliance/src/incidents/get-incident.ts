import { Controller } from '@nestjs/common';
import { getIncident, type GetIncidentRequest, type Incident as IncidentMessage } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import type { Rows } from '../requests/privacy-request.table.js';
import { IncidentDesk } from './incident-desk.js';
import { findIncident } from './incident.table.js';

/** Gives one incident. */
@Controller()
export class GetIncident {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: IncidentDesk,
  ) {}

  @Handles(getIncident)
  async handle({ incidentId }: GetIncidentRequest, ctx: TenantContext): Promise<IncidentMessage> {
    const rows: Rows = { query: (one) => this.tenants.query(ctx, one) };
    const [message] = await this.desk.print(rows, ctx.tenantId, [await findIncident(rows, incidentId)]);
    return message!;
  }
}
