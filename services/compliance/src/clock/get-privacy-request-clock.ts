import { Controller } from '@nestjs/common';
import {
  getPrivacyRequestClock,
  type GetPrivacyRequestClockRequest,
  type PrivacyRequestClock,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { RequestDesk } from '../requests/request-desk.js';

/** Explains a due date line by line. */
@Controller()
export class GetPrivacyRequestClock {
  constructor(
    private readonly desk: RequestDesk,
    private readonly clock: Clock,
  ) {}

  @Handles(getPrivacyRequestClock)
  async handle({ requestId }: GetPrivacyRequestClockRequest, ctx: TenantContext): Promise<PrivacyRequestClock> {
    const { request, clock } = await this.desk.clockOf(ctx, requestId);
    const { startsAt, isExtended, lines, ...stand } = clock;
    const until = request.closedAt ?? this.clock.now();
    const share = (until.getTime() - startsAt.getTime()) / (stand.dueAt.getTime() - startsAt.getTime());
    return {
      ...{ requestId, ...stand, timeZone: request.timeZone, calendar: request.calendar, extended: isExtended },
      usedPercent: Math.floor(100 * share),
      lines: lines.map((line) => ({ ...line })),
    };
  }
}
