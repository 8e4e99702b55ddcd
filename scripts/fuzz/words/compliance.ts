import { absent, is, type Words } from './word.js';

/** Of privacy requests. */
export const complianceWords: Words = {
  compliance: {
    requestId: is('{{privacyRequest.id}}'),
    requestIds: is(['{{privacyRequest.id}}']),
    assigneeId: is('{{member.userId}}'),
    calendar: is('DE', 'DE-BE', 'US-CA'),
    receivedAt: absent,
    answeredAt: absent,
    website: absent,
    holdId: is('{{legalHold.id}}'),
    subjectKey: absent,
    tenant: is('{{privacyForm.slug}}'),
  },
  ReplaceNoticeTemplateRequest: {
    subject: is('From us'),
    text: is('Hello\n\n    {code}\n\n{text} {dueOn} {reference}'),
  },
  PlaceLegalHoldRequest: { table: is('customers', 'orders') },
  RecordPrivacyAnswerRequest: { requestId: is('{{askedRequest.id}}') },
  FulfilPrivacyRequestRequest: { requestId: is('{{optOutRequest.id}}') },
  HandOverPrivacyRequestRequest: { requestId: is('{{processorRequest.id}}') },
  AppealPrivacyRequestRequest: { requestId: is('{{deniedRequest.id}}') },
  DecidePrivacyAppealRequest: { requestId: is('{{appealedRequest.id}}') },
  ConfirmPrivacyFormRequest: { reference: is('{{formRequest.id}}'), code: is('{{formRequest.code}}') },
};
