/** A right that people have, in words. */
export interface RightWords {
  readonly law: string;
  readonly title: string;
  /** What a person wants who asks for it. */
  readonly wish: string;
  /** How long there is to answer, as a rule; the clock of a request says what holds for it. */
  readonly period: string;
}

const GDPR = { law: 'GDPR', period: '1 month' };
const CCPA = { law: 'CCPA', period: '45 days' };
const CCPA_AT_ONCE = { law: 'CCPA', period: '15 business days' };
const HIPAA = { law: 'HIPAA', period: '60 days' };

/** The rights, by the type of a request. */
export const RIGHTS = {
  gdpr_access: { ...GDPR, title: 'Access', wish: 'I want to know what you hold about me' },
  gdpr_portability: { ...GDPR, title: 'Portability', wish: 'I want my data in a form that I can take elsewhere' },
  gdpr_rectification: { ...GDPR, title: 'Rectification', wish: 'Something about me is wrong and must be put right' },
  gdpr_erasure: { ...GDPR, title: 'Erasure', wish: 'I want you to erase what you hold about me' },
  gdpr_restriction: { ...GDPR, title: 'Restriction', wish: 'I want you to keep my data but not use it' },
  gdpr_objection: { ...GDPR, title: 'Objection', wish: 'I object to how you use my data' },
  ccpa_know: { ...CCPA, title: 'Know', wish: 'I want to know what you hold about me' },
  ccpa_delete: { ...CCPA, title: 'Delete', wish: 'I want you to delete what you hold about me' },
  ccpa_correct: { ...CCPA, title: 'Correct', wish: 'Something about me is wrong and must be corrected' },
  ccpa_opt_out: { ...CCPA_AT_ONCE, title: 'Opt out', wish: 'Do not sell or share my personal information' },
  ccpa_limit: { ...CCPA_AT_ONCE, title: 'Limit', wish: 'Limit the use of my sensitive personal information' },
  hipaa_access: { ...HIPAA, period: '30 days', title: 'Access', wish: 'I want a copy of my health records' },
  hipaa_amendment: { ...HIPAA, title: 'Amendment', wish: 'Something in my health records must be amended' },
  hipaa_accounting: { ...HIPAA, title: 'Accounting', wish: 'I want to know to whom my health records were given' },
} as const satisfies Record<string, RightWords>;

export type RequestType = keyof typeof RIGHTS;
export const REQUEST_TYPES = Object.keys(RIGHTS) as readonly RequestType[];

/** The right that a request is about. */
export function rightOf(type: string): RightWords {
  return RIGHTS[type as RequestType] ?? { law: '', title: sentence(type), wish: '', period: '' };
}

/** What stages and outcomes are called where taking the word apart is not enough. */
const WORDS: Readonly<Record<string, string>> = {
  handed_over: 'Handed to the controller',
  partially_fulfilled: 'Fulfilled in part',
  review: 'Ready for review',
  certifying: 'Being certified',
  erasing: 'Being erased',
  collecting: 'Being collected',
  held: 'Stopped by a legal hold',
  code_sent: 'Code mailed',
  link_sent: 'Link mailed',
  code_not_sent: 'Code could not be mailed',
  duplicate_found: 'Found to be made twice',
  duplicate_dismissed: 'Not known to be made twice any more',
  duplicate_merged: 'Merged with the earlier request',
  duplicate_kept: 'Kept apart from the earlier request',
  in_person: 'In person',
  phi: 'Health',
};

/** A word of the API as people read it: `in_progress` is “In progress”. */
export function sentence(word: string): string {
  const plain = word.replaceAll('_', ' ');
  return WORDS[word] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}
