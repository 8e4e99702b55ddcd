import { Module } from '@nestjs/common';
import { defineService } from '@tenantry/service';
import { EveryMinuteEscalate } from './clock/every-minute-escalate.js';
import { GetPrivacyRequestClock } from './clock/get-privacy-request-clock.js';
import { AcknowledgePrivacyRequest } from './correspondence/acknowledge-privacy-request.js';
import { AskPrivacyQuestion } from './correspondence/ask-privacy-question.js';
import { ExtendPrivacyRequest } from './correspondence/extend-privacy-request.js';
import { RecordPrivacyAnswer } from './correspondence/record-privacy-answer.js';
import { AppealPrivacyRequest } from './decisions/appeal-privacy-request.js';
import { DecidePrivacyAppeal } from './decisions/decide-privacy-appeal.js';
import { DenyPrivacyRequest } from './decisions/deny-privacy-request.js';
import { FulfilPrivacyRequest } from './decisions/fulfil-privacy-request.js';
import { HandOverPrivacyRequest } from './decisions/hand-over-privacy-request.js';
import { WithdrawPrivacyRequest } from './decisions/withdraw-privacy-request.js';
import { ConfirmPrivacyForm } from './form/confirm-privacy-form.js';
import { FormTenants } from './form/form-tenants.js';
import { GetPrivacySettings } from './form/get-privacy-settings.js';
import { ReplacePrivacySettings } from './form/replace-privacy-settings.js';
import { SubmitPrivacyForm } from './form/submit-privacy-form.js';
import { Holds } from './holds/holds.js';
import { ListLegalHolds } from './holds/list-legal-holds.js';
import { PlaceLegalHold } from './holds/place-legal-hold.js';
import { ReleaseLegalHold } from './holds/release-legal-hold.js';
import { ListNoticeTemplates } from './notices/list-notice-templates.js';
import { Notices } from './notices/notices.js';
import { ReplaceNoticeTemplate } from './notices/replace-notice-template.js';
import { ResetNoticeTemplate } from './notices/reset-notice-template.js';
import { AssignPrivacyRequests } from './requests/assign-privacy-requests.js';
import { CommentPrivacyRequest } from './requests/comment-privacy-request.js';
import { GetPrivacyRequest } from './requests/get-privacy-request.js';
import { ListPrivacyRequestEntries } from './requests/list-privacy-request-entries.js';
import { ListPrivacyRequests } from './requests/list-privacy-requests.js';
import { Members } from './requests/members.js';
import { OpenPrivacyRequest } from './requests/open-privacy-request.js';
import { RequestDesk } from './requests/request-desk.js';
import { TenantCalendar } from './tenant-calendar.js';
import { Codes } from './verification/codes.js';
import { RecordIdentityCheck } from './verification/record-identity-check.js';
import { SendVerificationCode } from './verification/send-verification-code.js';

const requests = [
  OpenPrivacyRequest,
  GetPrivacyRequest,
  ListPrivacyRequests,
  ListPrivacyRequestEntries,
  AssignPrivacyRequests,
  CommentPrivacyRequest,
  GetPrivacyRequestClock,
];
const correspondence = [AcknowledgePrivacyRequest, AskPrivacyQuestion, RecordPrivacyAnswer, ExtendPrivacyRequest];
const decisions = [
  FulfilPrivacyRequest,
  DenyPrivacyRequest,
  WithdrawPrivacyRequest,
  HandOverPrivacyRequest,
  AppealPrivacyRequest,
  DecidePrivacyAppeal,
];

const verification = [SendVerificationCode, RecordIdentityCheck];
const form = [SubmitPrivacyForm, ConfirmPrivacyForm, GetPrivacySettings, ReplacePrivacySettings];

const holds = [PlaceLegalHold, ListLegalHolds, ReleaseLegalHold];
const notices = [ListNoticeTemplates, ReplaceNoticeTemplate, ResetNoticeTemplate];
const schedules = [EveryMinuteEscalate];

/** Privacy requests against legal clocks: a table of contents. */
@Module({
  controllers: [
    ...requests,
    ...correspondence,
    ...decisions,
    ...verification,
    ...form,
    ...holds,
    ...notices,
    ...schedules,
  ],
  providers: [RequestDesk, TenantCalendar, Members, Notices, Codes, FormTenants, Holds],
})
export class ComplianceModule {}

export const complianceService = defineService({
  name: 'compliance',
  module: ComplianceModule,
  migrations: new URL('../migrations/', import.meta.url),
  jobs: ['clock'],
  watches: ['tenants', 'members', 'revocations'],
});
