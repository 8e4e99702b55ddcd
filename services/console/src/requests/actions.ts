import type { OperationName } from '../api/call.js';
import type { PrivacyRequest } from '../api/contract.js';
import type { Action } from '../ui/action-dialog.js';
import type { FieldSpec } from '../ui/fields.js';
import { sentence } from '../words/words.js';

/** What can be done with a request, and when it is offered. The API decides again. */
interface RequestAction extends Action {
  readonly isOffered: (request: PrivacyRequest) => boolean;
}

const isOpen = ({ closedAt }: PrivacyRequest): boolean => closedAt === null;
const isDecided = ({ legalStatus }: PrivacyRequest): boolean => ['denied', 'partially_fulfilled'].includes(legalStatus);
const isAppealed = ({ legalStatus }: PrivacyRequest): boolean => legalStatus === 'appealed';
const long = (name: string, label: string, hint?: string): FieldSpec => ({
  name,
  label,
  kind: 'long',
  maxLength: 4000,
  hint,
});
const choice = (name: string, label: string, words: readonly string[]): FieldSpec => ({
  ...{ name, label, kind: 'choice' },
  options: words.map((value) => ({ value, label: sentence(value) })),
});
const action = (
  operation: OperationName,
  label: string,
  explains: string,
  done: string,
  more: Partial<RequestAction> = {},
): RequestAction => ({
  ...{ operation, label, explains, done, fields: [], isOffered: isOpen },
  ...more,
});

const MAILED = 'The person is told by mail before it is recorded.';
const REASONS = [
  ...['suspected_fraud', 'insufficient_verification', 'no_match', 'not_covered', 'outside_jurisdiction'],
  ...['manifestly_unfounded', 'excessive', 'legal_obligation', 'legal_claims', 'other'],
];
const inWords = long('explanation', 'The reason in words', 'Mailed as it is.');

export const REQUEST_ACTIONS: readonly RequestAction[] = [
  action(
    'acknowledgePrivacyRequest',
    'Acknowledge',
    `Says that it was received and when it is answered. ${MAILED}`,
    'The person was told that it was received',
    { isOffered: ({ legalStatus }) => legalStatus === 'received' },
  ),
  action(
    'askPrivacyQuestion',
    'Ask a question',
    `Where the law allows it, the clock stands still until the answer is recorded. ${MAILED}`,
    'The question was mailed',
    { fields: [choice('about', 'About', ['identity', 'scope']), long('text', 'Question', 'Mailed as it is.')] },
  ),
  action(
    'recordPrivacyAnswer',
    'Record an answer',
    'When no other question is open, the clock goes on.',
    'The answer was recorded',
    {
      fields: [
        long('text', 'What they answered'),
        { name: 'answeredAt', label: 'When it came', kind: 'time', isOptional: true, hint: 'Empty for now.' },
      ],
    },
  ),
  action(
    'extendPrivacyRequest',
    'Extend',
    `Once, and only before the first period is over. ${MAILED}`,
    'The time was extended',
    {
      isOffered: (request) => isOpen(request) && !request.extended,
      fields: [choice('reason', 'Reason', ['complexity', 'number_of_requests', 'other']), inWords],
    },
  ),
  action('commentPrivacyRequest', 'Comment', 'Only colleagues see it.', 'The comment was noted', {
    isOffered: () => true,
    fields: [long('text', 'Comment')],
  }),
  action('fulfilPrivacyRequest', 'Fulfil', `Closes the request as carried out. ${MAILED}`, 'The request is closed', {
    isMain: true,
    fields: [
      choice('outcome', 'Outcome', ['fulfilled', 'partially_fulfilled']),
      long('evidence', 'Evidence', 'What shows that it was carried out: where, what, by whom. Not mailed.'),
      long('explanation', 'What the person is told', 'What was done; if something was left out, what and why.'),
    ],
  }),
  action(
    'denyPrivacyRequest',
    'Deny',
    `Closes the request. The person may appeal, and somebody else than you decides then. ${MAILED}`,
    'The request was denied',
    { isDangerous: true, fields: [choice('reason', 'Reason', REASONS), inWords] },
  ),
  action(
    'withdrawPrivacyRequest',
    'Withdraw',
    'Closes the request because the person took it back.',
    'The request was withdrawn',
    { fields: [long('text', 'How and when they said so')] },
  ),
  action(
    'handOverPrivacyRequest',
    'Hand over',
    'Mails the request to the controller whose request it is, and closes it here.',
    'The request was handed over',
    { isOffered: (request) => isOpen(request) && request.role === 'processor' },
  ),
  action(
    'appealPrivacyRequest',
    'Record an appeal',
    'A new clock runs. Somebody else than who denied decides.',
    'The appeal was recorded',
    { isOffered: isDecided, fields: [long('text', 'What the person says')] },
  ),
  action(
    'decidePrivacyAppeal',
    'Decide the appeal',
    `Nobody decides about their own denial. ${MAILED}`,
    'The appeal was decided',
    {
      ...{ isOffered: isAppealed, isMain: true },
      fields: [choice('outcome', 'Outcome', ['upheld', 'overturned']), inWords],
    },
  ),
];

export const SEND_CODE = action(
  'sendVerificationCode',
  'Mail a code',
  'Six digits, for 30 minutes and five attempts. Who enters it reads mail at that address: level basic.',
  'The code was mailed',
);

export const SEND_LINK = action(
  'sendVerificationLink',
  'Mail a link',
  'It works once, for 72 hours. Who says on the page behind it that the request is theirs reads mail at that address: level basic.',
  'The link was mailed',
);

export const DECIDE_DUPLICATE = action(
  'decidePrivacyDuplicate',
  'Decide',
  'Merged, it is answered when the earlier request is, with a mail of its own. Kept, it is answered by itself. Each has its own clock.',
  'It was decided',
  { fields: [choice('decision', 'What becomes of it', ['merge', 'keep'])] },
);

export const RECORD_CHECK = action(
  'recordIdentityCheck',
  'Record a check',
  'In person, by video or with a document seen: level high. A check that failed takes back what was proven before.',
  'The check was recorded',
  {
    fields: [
      choice('method', 'How', [
        'in_person',
        'video_call',
        'document_seen',
        'signed_in_account',
        'callback',
        'knowledge',
      ]),
      { name: 'passed', label: 'The person is the one they say', kind: 'check' },
      {
        ...{ name: 'evidence', label: 'What was compared with what', kind: 'long', maxLength: 2000 },
        hint: 'In words; never a copy or the number of a document.',
      },
    ],
  },
);
