import { Controller } from '@nestjs/common';
import {
  IncidentNoticeRecorded,
  recordIncidentNotice,
  type Incident as IncidentMessage,
  type RecordIncidentNoticeRequest,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertOpenIncident, meetDuty } from './incident.js';
import { IncidentDesk } from './incident-desk.js';
import { saveMet } from './incident.table.js';

/** Records that somebody was told. Late counts too, and is told as late. */
@Controller()
export class RecordIncidentNotice {
  constructor(
    private readonly desk: IncidentDesk,
    private readonly clock: Clock,
  ) {}

  @Handles(recordIncidentNotice)
  async handle(request: RecordIncidentNoticeRequest, ctx: TenantContext): Promise<IncidentMessage> {
    const { incidentId, duty } = request;
    const notice = await this.desk.sealNotice(ctx.tenantId, incidentId, duty, request.notice);
    return this.desk.change(ctx, incidentId, async (before, duties, tx) => {
      assertOpenIncident(before);
      const now = this.clock.now();
      const met = meetDuty(duties, before, { duty, notice, toldAt: request.toldAt ?? now }, now);
      await saveMet(tx, incidentId, met);
      return {
        after: before,
        event: new IncidentNoticeRecorded({ incidentId, duty, inTime: met.metAt! <= met.dueAt }),
      };
    });
  }
}
