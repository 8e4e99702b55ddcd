import { Controller } from '@nestjs/common';
import {
  closeIncident as operation,
  IncidentClosed,
  type CloseIncidentRequest,
  type Incident as IncidentMessage,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { closeIncident } from './incident.js';
import { IncidentDesk } from './incident-desk.js';

/** Closes an incident of which nobody is to be told any more. */
@Controller()
export class CloseIncident {
  constructor(
    private readonly desk: IncidentDesk,
    private readonly clock: Clock,
  ) {}

  @Handles(operation)
  async handle(request: CloseIncidentRequest, ctx: TenantContext): Promise<IncidentMessage> {
    const { incidentId } = request;
    const conclusion = await this.desk.seal(ctx.tenantId, 'conclusion', incidentId, request.conclusion);
    return this.desk.change(ctx, incidentId, (before, duties) =>
      Promise.resolve({
        after: closeIncident(before, duties, conclusion, this.clock.now()),
        event: new IncidentClosed({ incidentId }),
      }),
    );
  }
}
