import { Controller } from '@nestjs/common';
import {
  assessIncident,
  IncidentAssessed,
  measureTables,
  type AssessIncidentRequest,
  type Incident as IncidentMessage,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles, RpcClient } from '@tenantry/messaging';
import { assertOpenIncident, type Incident } from './incident.js';
import { IncidentDesk } from './incident-desk.js';

/** Says how grave an incident is: whom it concerns is counted in the tables that it names. */
@Controller()
export class AssessIncident {
  constructor(
    private readonly desk: IncidentDesk,
    private readonly rpc: RpcClient,
  ) {}

  @Handles(assessIncident)
  async handle(request: AssessIncidentRequest, ctx: TenantContext): Promise<IncidentMessage> {
    const { incidentId, severity, tables, noBreachBecause = null } = request;
    const concerned = await this.concerned(request, ctx);
    const conclusion =
      noBreachBecause === null ? null : await this.desk.seal(ctx.tenantId, 'conclusion', incidentId, noBreachBecause);
    return this.desk.change(ctx, incidentId, async (before) => {
      assertOpenIncident(before);
      const status = conclusion === null ? 'open' : 'no_breach';
      const after: Incident = { ...before, ...concerned, severity, tables, status, conclusion };
      return { after, event: new IncidentAssessed({ incidentId, severity, status }) };
    });
  }

  /** What is in the tables, and how many people they name. @throws Fault `invalid-input` for a table that is not there */
  private async concerned(
    { tables, people = null }: AssessIncidentRequest,
    ctx: TenantContext,
  ): Promise<Pick<Incident, 'classes' | 'people'>> {
    if (tables.length === 0) return { classes: [], people };
    const measured = await this.rpc.call(measureTables, { tables }, ctx);
    const classes = [...new Set(measured.tables.flatMap((one) => one.classes))].sort();
    return { classes, people: people ?? measured.people };
  }
}
