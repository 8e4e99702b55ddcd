import { Module } from '@nestjs/common';
import { defineService } from '@tenantry/service';
import { GetPrivacyRequestClock } from './clock/get-privacy-request-clock.js';
import { GetPrivacyRequest } from './requests/get-privacy-request.js';
import { OpenPrivacyRequest } from './requests/open-privacy-request.js';
import { RequestDesk } from './requests/request-desk.js';
import { TenantCalendar } from './tenant-calendar.js';

const requests = [OpenPrivacyRequest, GetPrivacyRequest, GetPrivacyRequestClock];

/** Privacy requests against legal clocks: a table of contents. */
@Module({
  controllers: [...requests],
  providers: [RequestDesk, TenantCalendar],
})
export class ComplianceModule {}

export const complianceService = defineService({
  name: 'compliance',
  module: ComplianceModule,
  migrations: new URL('../migrations/', import.meta.url),
  jobs: ['clock'],
  watches: ['tenants', 'revocations'],
});
