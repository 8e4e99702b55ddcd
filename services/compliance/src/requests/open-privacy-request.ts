import { Controller } from '@nestjs/common';
import {
  openPrivacyRequest,
  type OpenPrivacyRequestRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertKnownCalendar } from '../clock/holidays.js';
import { findSettings } from '../form/settings.table.js';
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
    return this.tenants.transaction(ctx, async (tx) => {
      const calendar = request.calendar ?? (await findSettings(tx)).calendar;
      return this.desk.open(tx, ctx, openRequest({ ...request, calendar }, facts, this.clock.now()));
    });
  }
}
