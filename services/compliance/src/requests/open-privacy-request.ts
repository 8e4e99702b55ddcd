import { Controller } from '@nestjs/common';
import {
  openPrivacyRequest,
  PrivacyRequestOpened,
  type OpenPrivacyRequestRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertKnownCalendar } from '../clock/holidays.js';
import { TenantCalendar } from '../tenant-calendar.js';
import { openRequest } from './privacy-request.js';
import { RequestDesk } from './request-desk.js';

/** Opens a request that reached the tenant some other way than by its form. */
@Controller()
export class OpenPrivacyRequest {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: RequestDesk,
    private readonly calendar: TenantCalendar,
    private readonly clock: Clock,
  ) {}

  @Handles(openPrivacyRequest)
  async handle(request: OpenPrivacyRequestRequest, ctx: TenantContext): Promise<RequestMessage> {
    assertKnownCalendar(request.calendar ?? null);
    const facts = { channel: 'staff', timeZone: this.calendar.zoneOf(ctx) } as const;
    const opened = openRequest(request, facts, this.clock.now());
    return this.tenants.transaction(ctx, (tx) =>
      this.desk.open(
        tx,
        ctx,
        opened,
        ({ id: requestId, type, channel, dueOn }) => new PrivacyRequestOpened({ requestId, type, channel, dueOn }),
      ),
    );
  }
}
