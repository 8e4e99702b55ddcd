import type { AccessReview, AccessReviewSchedule } from '../api/contract.js';
import type { Action } from '../ui/action-dialog.js';
import { sentence } from '../words/words.js';

export const OPEN_REVIEW: Action<'openAccessReview'> = {
  operation: 'openAccessReview',
  label: 'Open a review',
  explains: 'Within seconds everything that people and programs may do here is frozen, to be decided about one by one.',
  done: 'The review is open',
  isMain: true,
  fields: [
    { name: 'name', label: 'Name', kind: 'text', isOptional: true, maxLength: 120, hint: 'Empty for today’s date.' },
    { name: 'dueDays', label: 'Days to do it', kind: 'text', maxLength: 3, initial: '30' },
  ],
  inputOf: ({ dueDays, ...rest }) => ({ ...rest, dueDays: Number(dueDays) }),
};

/** How often reviews open by themselves. */
export function scheduleOf({ everyMonths, dueDays }: AccessReviewSchedule): Action<'replaceAccessReviewSchedule'> {
  const rhythms = [
    { value: '0', label: 'Never' },
    { value: '1', label: 'Every month' },
    { value: '3', label: 'Every quarter' },
    { value: '6', label: 'Every half-year' },
    { value: '12', label: 'Every year' },
  ];
  return {
    operation: 'replaceAccessReviewSchedule',
    label: 'Change the rhythm',
    explains: 'Reviews open on the first day of the month, where the tenant is.',
    done: 'The rhythm is changed',
    fields: [
      { name: 'everyMonths', label: 'How often', kind: 'choice', initial: String(everyMonths), options: rhythms },
      { name: 'dueDays', label: 'Days to do each', kind: 'text', maxLength: 3, initial: String(dueDays) },
    ],
    inputOf: ({ everyMonths: months, dueDays: days }) => ({ everyMonths: Number(months), dueDays: Number(days) }),
  };
}

const WHY = { name: 'reason', label: 'Why', kind: 'text', maxLength: 500 } as const;

/** What can be decided about so many accesses. */
export function decisionsOn(count: number): readonly Action<'decideAccess'>[] {
  const these = count === 1 ? 'this access' : `these ${count} accesses`;
  const inputOf = (decision: string) => (values: object) => ({ ...values, decision });
  const roles = ['admin', 'manager', 'staff', 'agent', 'compliance', 'customer'];
  return [
    {
      ...{ operation: 'decideAccess', label: `Keep ${count}`, done: 'Kept', isMain: true },
      explains: `You have looked at ${these} and found that they are needed.`,
      fields: [
        { ...WHY, isOptional: true, hint: 'Needed where the person has left, is unknown, or has another role.' },
      ],
      inputOf: inputOf('keep'),
    },
    {
      ...{ operation: 'decideAccess', label: `Revoke ${count}`, done: 'Being revoked', isDangerous: true },
      explains: `Ends ${these} within seconds, and shows the entry of the audit log by which they ended.`,
      fields: [WHY],
      inputOf: inputOf('revoke'),
    },
    {
      ...{ operation: 'decideAccess', label: `Change the role of ${count}`, done: 'Being changed' },
      explains: 'Gives members a role that may do less.',
      fields: [
        {
          name: 'role',
          label: 'Role',
          kind: 'choice',
          options: roles.map((value) => ({ value, label: sentence(value) })),
        },
        WHY,
      ],
      inputOf: inputOf('change_role'),
    },
  ];
}

/** Ends a review; what nobody decided about is left with a reason. */
export function completionOf({ progress: { undecided } }: AccessReview): Action<'completeAccessReview'> {
  const left = {
    name: 'leftBecause',
    label: `Why ${undecided} are left undecided`,
    kind: 'long',
    maxLength: 500,
  } as const;
  return {
    operation: 'completeAccessReview',
    label: 'Complete the review',
    explains: 'Its result is signed, and nothing of it changes any more.',
    done: 'The review is completed',
    isMain: undecided === 0,
    fields: undecided > 0 ? [left] : [],
  };
}
