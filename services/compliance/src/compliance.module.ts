import { Module } from '@nestjs/common';
import { defineService } from '@tenantry/service';
import { EveryMinuteEscalate } from './clock/every-minute-escalate.js';
import { CarryOut } from './access-reviews/carry-out.js';
import { CompareAccessRoster } from './access-reviews/compare-access-roster.js';
import { CompleteAccessReview } from './access-reviews/complete-access-review.js';
import { DecideAccess } from './access-reviews/decide-access.js';
import { EveryMinuteOpenAccessReviews } from './access-reviews/every-minute-open-access-reviews.js';
import { EverySecondRunAccessReviews } from './access-reviews/every-second-run-access-reviews.js';
import { GetAccessReview } from './access-reviews/get-access-review.js';
import { GetAccessReviewSchedule } from './access-reviews/get-access-review-schedule.js';
import { GetAccessReviewStatement } from './access-reviews/get-access-review-statement.js';
import { ListAccessReviewItems } from './access-reviews/list-access-review-items.js';
import { ListAccessReviews } from './access-reviews/list-access-reviews.js';
import { OpenAccessReview } from './access-reviews/open-access-review.js';
import { PopulationReader } from './access-reviews/population-reader.js';
import { ReplaceAccessReviewSchedule } from './access-reviews/replace-access-review-schedule.js';
import { ReviewDesk } from './access-reviews/review-desk.js';
import { ReviewRunner } from './access-reviews/review-runner.js';
import { AgreementDesk } from './agreements/agreement-desk.js';
import { refill } from './agreements/agreement.table.js';
import { EndAgreement } from './agreements/end-agreement.js';
import { EndPlatformAgreement } from './agreements/end-platform-agreement.js';
import { EveryMinuteAnnounceEnds } from './agreements/every-minute-announce-ends.js';
import { ListAgreements } from './agreements/list-agreements.js';
import { ListPlatformAgreements } from './agreements/list-platform-agreements.js';
import { PlatformAgreements } from './agreements/platform-agreements.js';
import { RegisterAgreement } from './agreements/register-agreement.js';
import { RegisterPlatformAgreement } from './agreements/register-platform-agreement.js';
import { AccessBundle } from './access/access-bundle.js';
import { AccessCollector } from './access/access-collector.js';
import { EarlierCopies } from './access/earlier-copies.js';
import { AccessDesk } from './access/access-desk.js';
import { CollectAccess } from './access/collect-access.js';
import { CompleteAccessTask } from './access/complete-access-task.js';
import { DownloadAccessBundle } from './access/download-access-bundle.js';
import { EveryHourForgetCopies } from './access/every-hour-forget-copies.js';
import { GetAccess } from './access/get-access.js';
import { Pieces } from './access/piece.table.js';
import { PlanAccess } from './access/plan-access.js';
import { ReleaseAccess } from './access/release-access.js';
import { ComplianceSettings } from './config.js';
import { CheckConsents } from './consents/check-consents.js';
import { ConsentProofs } from './consents/consent-proofs.js';
import { ListConsentHistory } from './consents/list-consent-history.js';
import { ListConsentPurposes } from './consents/list-consent-purposes.js';
import { RecordConsent } from './consents/record-consent.js';
import { SetConsentPurpose } from './consents/set-consent-purpose.js';
import { GetDataMap } from './data-map/get-data-map.js';
import { SetTableRecord } from './data-map/set-table-record.js';
import { GiveDisclosureAccounting } from './disclosures/give-disclosure-accounting.js';
import { Ledger } from './disclosures/ledger.js';
import { ListDisclosures } from './disclosures/list-disclosures.js';
import { OnHealthDataExported } from './disclosures/on-health-data-exported.js';
import { OnHealthDataSentToApi } from './disclosures/on-health-data-sent-to-api.js';
import { OnHealthDataSentToGuardrail } from './disclosures/on-health-data-sent-to-guardrail.js';
import { OnHealthDataSent } from './disclosures/on-health-data-sent.js';
import { RecordDisclosure } from './disclosures/record-disclosure.js';
import { AssessIncident } from './incidents/assess-incident.js';
import { CloseIncident } from './incidents/close-incident.js';
import { GetIncident } from './incidents/get-incident.js';
import { IncidentDesk } from './incidents/incident-desk.js';
import { ListIncidents } from './incidents/list-incidents.js';
import { OpenIncident } from './incidents/open-incident.js';
import { RecordIncidentNotice } from './incidents/record-incident-notice.js';
import { DecidePrivacyDuplicate } from './duplicates/decide-privacy-duplicate.js';
import { Duplicates } from './duplicates/duplicates.js';
import { Merged } from './duplicates/merged.js';
import { ApproveErasure } from './erasure/approve-erasure.js';
import { Certifier } from './erasure/certifier.js';
import { CompleteErasureTask } from './erasure/complete-erasure-task.js';
import { Eraser } from './erasure/eraser.js';
import { ErasureDesk } from './erasure/erasure-desk.js';
import { GetErasure } from './erasure/get-erasure.js';
import { GetErasureCertificate } from './erasure/get-erasure-certificate.js';
import { ServiceEraser } from './erasure/service-eraser.js';
import { PlanErasure } from './erasure/plan-erasure.js';
import { EverySecondRunPlans } from './places/every-second-run-plans.js';
import { JobContexts } from './places/job-context.js';
import { ListSubjectPlans } from './places/list-subject-plans.js';
import { PersonSeal } from './places/person-seal.js';
import { PlanWork } from './places/plan-work.js';
import { SubjectPlaces } from './places/subject-places.js';
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
import { ConfirmPrivacyLink } from './form/confirm-privacy-link.js';
import { FormTenants } from './form/form-tenants.js';
import { GetPrivacyForm } from './form/get-privacy-form.js';
import { GetPrivacySettings } from './form/get-privacy-settings.js';
import { ReplacePrivacySettings } from './form/replace-privacy-settings.js';
import { SubmitPrivacyForm } from './form/submit-privacy-form.js';
import { EveryMinuteRenewHolds } from './holds/every-minute-renew-holds.js';
import { Holds } from './holds/holds.js';
import { ListLegalHolds } from './holds/list-legal-holds.js';
import { PlaceLegalHold } from './holds/place-legal-hold.js';
import { ReleaseLegalHold } from './holds/release-legal-hold.js';
import { HoldKeepers } from './holds/hold-keepers.js';
import { ListNoticeTemplates } from './notices/list-notice-templates.js';
import { Notices } from './notices/notices.js';
import { ReplaceNoticeTemplate } from './notices/replace-notice-template.js';
import { ResetNoticeTemplate } from './notices/reset-notice-template.js';
import { CollectRequesterSubject } from './requesters/collect-requester-subject.js';
import { EraseRequesterSubject } from './requesters/erase-requester-subject.js';
import { PlanRequesterSubject } from './requesters/plan-requester-subject.js';
import { AssignPrivacyRequests } from './requests/assign-privacy-requests.js';
import { CommentPrivacyRequest } from './requests/comment-privacy-request.js';
import { GetPrivacyRequest } from './requests/get-privacy-request.js';
import { ListPrivacyRequestEntries } from './requests/list-privacy-request-entries.js';
import { ListPrivacyRequests } from './requests/list-privacy-requests.js';
import { Members } from './requests/members.js';
import { OpenPrivacyRequest } from './requests/open-privacy-request.js';
import { RequestDesk } from './requests/request-desk.js';
import { ErasureRepeater } from './tombstones/erasure-repeater.js';
import { EveryTenSecondsRepeatErasures } from './tombstones/every-ten-seconds-repeat-erasures.js';
import { Tombstones } from './tombstones/tombstones.js';
import { TenantCalendar } from './tenant-calendar.js';
import { Codes } from './verification/codes.js';
import { IdentityDesk } from './verification/identity-desk.js';
import { Links } from './verification/links.js';
import { RecordIdentityCheck } from './verification/record-identity-check.js';
import { SendVerificationCode } from './verification/send-verification-code.js';
import { SendVerificationLink } from './verification/send-verification-link.js';

const requests = [
  ...[OpenPrivacyRequest, GetPrivacyRequest, ListPrivacyRequests, ListPrivacyRequestEntries],
  ...[AssignPrivacyRequests, CommentPrivacyRequest, GetPrivacyRequestClock],
];
const correspondence = [AcknowledgePrivacyRequest, AskPrivacyQuestion, RecordPrivacyAnswer, ExtendPrivacyRequest];
const decisions = [
  ...[FulfilPrivacyRequest, DenyPrivacyRequest, WithdrawPrivacyRequest, HandOverPrivacyRequest],
  ...[AppealPrivacyRequest, DecidePrivacyAppeal],
];

const duplicates = [DecidePrivacyDuplicate];
const verification = [SendVerificationCode, SendVerificationLink, RecordIdentityCheck];
const form = [
  GetPrivacyForm,
  SubmitPrivacyForm,
  ConfirmPrivacyForm,
  ConfirmPrivacyLink,
  GetPrivacySettings,
  ReplacePrivacySettings,
];

const holds = [PlaceLegalHold, ListLegalHolds, ReleaseLegalHold];
const notices = [ListNoticeTemplates, ReplaceNoticeTemplate, ResetNoticeTemplate];
const agreements = [
  RegisterPlatformAgreement,
  EndPlatformAgreement,
  ListPlatformAgreements,
  RegisterAgreement,
  EndAgreement,
  ListAgreements,
];
const disclosures = [
  ...[RecordDisclosure, ListDisclosures, GiveDisclosureAccounting, OnHealthDataExported],
  ...[OnHealthDataSent, OnHealthDataSentToApi, OnHealthDataSentToGuardrail],
];
const incidents = [OpenIncident, ListIncidents, GetIncident, AssessIncident, RecordIncidentNotice, CloseIncident];
const accessReviews = [
  ...[OpenAccessReview, ListAccessReviews, GetAccessReview, ListAccessReviewItems],
  ...[CompareAccessRoster, DecideAccess, CompleteAccessReview, GetAccessReviewStatement],
  ...[GetAccessReviewSchedule, ReplaceAccessReviewSchedule, EveryMinuteOpenAccessReviews, EverySecondRunAccessReviews],
];
const schedules = [
  EveryMinuteEscalate,
  EveryMinuteAnnounceEnds,
  EveryMinuteRenewHolds,
  EverySecondRunPlans,
  EveryHourForgetCopies,
  EveryTenSecondsRepeatErasures,
];

const dataMap = [GetDataMap, SetTableRecord];
const access = [PlanAccess, GetAccess, CollectAccess, CompleteAccessTask, ReleaseAccess, DownloadAccessBundle];
const erasure = [PlanErasure, GetErasure, ApproveErasure, CompleteErasureTask, GetErasureCertificate];
const consents = [RecordConsent, CheckConsents, ListConsentHistory, SetConsentPurpose, ListConsentPurposes];
const requesters = [PlanRequesterSubject, CollectRequesterSubject, EraseRequesterSubject];
const subjectPlans = [
  ...[PlanWork, Eraser, ErasureDesk, ErasureRepeater],
  ...[ServiceEraser, Certifier, ConsentProofs, Tombstones],
  ...[JobContexts, PersonSeal, SubjectPlaces, Pieces],
  ...[AccessDesk, AccessCollector, AccessBundle, EarlierCopies],
];

/** Privacy requests against legal clocks: a table of contents. */
@Module({
  controllers: [
    ...requests,
    ...correspondence,
    ...decisions,
    ...verification,
    ...duplicates,
    ...form,
    ...holds,
    ...notices,
    ...dataMap,
    ...access,
    ...erasure,
    ...agreements,
    ...disclosures,
    ListSubjectPlans,
    ...requesters,
    ...consents,
    ...incidents,
    ...accessReviews,
    ...schedules,
  ],
  providers: [
    RequestDesk,
    TenantCalendar,
    Members,
    Notices,
    ...[Codes, Links, IdentityDesk, Duplicates, Merged],
    FormTenants,
    ...[Holds, HoldKeepers],
    AgreementDesk,
    PlatformAgreements,
    Ledger,
    IncidentDesk,
    ...[ReviewDesk, ReviewRunner, CarryOut, PopulationReader],
    ...subjectPlans,
  ],
})
export class ComplianceModule {}

export const complianceService = defineService({
  name: 'compliance',
  module: ComplianceModule,
  migrations: new URL('../migrations/', import.meta.url),
  jobs: ['clock', 'runner', 'fetch', 'agreements'],
  ledger: true,
  buckets: ['agreements'],
  refill,
  settings: ComplianceSettings,
  watches: ['tenants', 'members', 'revocations'],
});

export { declaredColumns, platformPlaces } from './data-map/platform-places.js';
