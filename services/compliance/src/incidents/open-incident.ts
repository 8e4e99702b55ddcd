import { Controller } from '@nestjs/common';
import {
  IncidentOpened,
  openIncident as operation,
  type Incident as IncidentMessage,
  type OpenIncidentRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { TenantCalendar } from '../tenant-calendar.js';
import { dutiesOf } from './duty.js';
import { openIncident } from './incident.js';
import { IncidentDesk } from './incident-desk.js';
import { incidentChange, insertIncident, replaceDuties } from './incident.table.js';

/** Opens an incident; from then on its clocks run, from when it was discovered. */
@Controller()
export class OpenIncident {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: IncidentDesk,
    private readonly calendar: TenantCalendar,
    private readonly clock: Clock,
  ) {}

  @Handles(operation)
  async handle(request: OpenIncidentRequest, ctx: TenantContext): Promise<IncidentMessage> {
    const { tenantId } = ctx;
    const clear = openIncident(request, ctx.actor.id, this.calendar.zoneOf(ctx), this.clock.now());
    const description = await this.desk.seal(tenantId, 'description', clear.id, clear.description);
    return this.tenants.transaction(ctx, async (tx) => {
      const incident = { ...clear, description };
      await insertIncident(tx, incident);
      await replaceDuties(tx, incident, dutiesOf(incident));
      const event = new IncidentOpened({ incidentId: incident.id, laws: [...incident.laws] });
      tx.publish(event, { changes: [incidentChange('insert', incident)] });
      const [message] = await this.desk.print(tx, tenantId, [incident]);
      return message!;
    });
  }
}
