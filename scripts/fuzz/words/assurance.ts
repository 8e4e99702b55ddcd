import fc from 'fast-check';
import { absent, is, type Words } from './word.js';

const agreement = {
  counterparty: is('{{fresh.text}}'),
  version: is('1', '2026-01'),
  provider: is('fuzz'),
  subcontractors: fc.subarray(['fuzz', 'Another'], { minLength: 0 }),
  effectiveOn: is('2026-01-01', '2031-12-31'),
  endsOn: absent,
};

/** Of what tenants and the platform answer for. */
export const assuranceWords: Words = {
  RegisterAgreementRequest: agreement,
  RegisterPlatformAgreementRequest: { ...agreement, tenantId: is('{{tenant.id}}') },
  ListPlatformAgreementsRequest: { tenantId: is('{{tenant.id}}') },
  EndAgreementRequest: { agreementId: is('{{agreement.id}}') },
  EndPlatformAgreementRequest: {
    tenantId: is('{{platformAgreement.tenantId}}'),
    agreementId: is('{{platformAgreement.id}}'),
  },
  RecordDisclosureRequest: {
    disclosedAt: absent,
    table: is('people', 'patients'),
    subjectKey: is('1', '2'),
    withheldUntil: absent,
  },
  ListDisclosuresRequest: { table: is('people') },
  GiveDisclosureAccountingRequest: {
    requestId: is('{{accountingRequest.id}}'),
    table: is('people'),
    subjectKey: is('1', '2'),
    since: absent,
  },
  BreakGlassRequest: { tenantId: is('{{tenant.id}}'), tables: is(['readings'], ['readings', 'people']) },
  ListTenantBreakGlassRequest: { tenantId: is('{{tenant.id}}') },
  EndBreakGlassRequest: { tenantId: is('{{breakGlass.tenantId}}'), accessId: is('{{breakGlass.id}}') },
  CloseBreakGlassRequest: { accessId: is('{{breakGlass.id}}') },
  AttestBreakGlassRequest: { tenantId: is('{{endedBreakGlass.tenantId}}'), accessId: is('{{endedBreakGlass.id}}') },
  GetAccessReviewRequest: { reviewId: is('{{accessReview.id}}') },
  ListAccessReviewItemsRequest: { reviewId: is('{{accessReview.id}}') },
  CompareAccessRosterRequest: {
    reviewId: is('{{accessReview.id}}'),
    csv: is('email\nann@example.com\n', 'email;status;role\nann@example.com;left;staff\n'),
  },
  DecideAccessRequest: {
    reviewId: is('{{accessItem.reviewId}}'),
    itemIds: is(['{{accessItem.id}}']),
    decision: is('keep', 'revoke'),
    role: absent,
  },
  CompleteAccessReviewRequest: { reviewId: is('{{accessReview.id}}'), leftBecause: is('Nobody else is there') },
  GetAccessReviewStatementRequest: { reviewId: is('{{completedAccessReview.id}}') },
  OpenIncidentRequest: { discoveredAt: absent },
  GetIncidentRequest: { incidentId: is('{{incident.id}}') },
  AssessIncidentRequest: { incidentId: is('{{incident.id}}'), tables: is(['readings'], []) },
  RecordIncidentNoticeRequest: { incidentId: is('{{incident.id}}'), duty: is('gdpr_authority'), toldAt: absent },
  CloseIncidentRequest: { incidentId: is('{{settledIncident.id}}') },
};
