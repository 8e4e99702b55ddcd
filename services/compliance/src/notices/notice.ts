import { Fault } from '@tenantry/kernel';

/** What a notice may say: every name in braces of a template is one of these. */
const PLACEHOLDERS = [
  'name',
  'reference',
  'tenant',
  'dueOn',
  'reason',
  'text',
  'code',
  'minutes',
  'link',
  'hours',
] as const;

/** A notice as it is worded. */
export interface NoticeTemplate {
  readonly subject: string;
  readonly text: string;
}

/** The facts of one notice. */
export type NoticeValues = Readonly<Partial<Record<(typeof PLACEHOLDERS)[number], string>>>;

const greeting = 'Hello {name},\n\n';
const closing = '\n\nReference: {reference}\n\n{tenant}\n';
const wording = (subject: string, text: string): NoticeTemplate => ({ subject, text: `${greeting}${text}${closing}` });

/**
 * The notices and how they are worded at first. They are examples and no legal advice: a tenant words them with its counsel. No subject
 * says who the person is or what they asked for.
 */
export const NOTICES = {
  acknowledged: wording(
    'We have received your privacy request',
    'we have received your privacy request. You get our answer by {dueOn} at the latest.',
  ),
  question: wording(
    'A question about your privacy request',
    'to answer your privacy request we need to know something:\n\n{text}\n\nPlease answer this mail.',
  ),
  extended: wording(
    'Your privacy request takes longer',
    'your privacy request takes longer than we hoped. You get our answer by {dueOn} at the latest.\n\nThe reason: {text}',
  ),
  fulfilled: wording('Your privacy request is done', 'we have carried out your privacy request.\n\n{text}'),
  denied: wording(
    'Our answer to your privacy request',
    'we cannot do what you asked for.\n\nThe reason: {text}\n\nIf you disagree, answer this mail: somebody else than who decided will look at it ' +
      'again. You may also lodge a complaint with the supervisory authority or regulator where you live, and seek a remedy in court.',
  ),
  appeal_upheld: wording(
    'Our answer to your appeal',
    'somebody else has looked at our decision again, and it stands.\n\nThe reason: {text}\n\nYou may lodge a complaint with the supervisory ' +
      'authority or regulator where you live, and seek a remedy in court.',
  ),
  appeal_overturned: wording(
    'Our answer to your appeal',
    'you were right to appeal. Your request is open again, and you get our answer by {dueOn} at the latest.\n\n{text}',
  ),
  handed_over: {
    subject: 'A privacy request for you',
    text:
      'Hello,\n\nwe hold data for you, and this request reached us. It is yours to answer; we act on what you tell us.\n\n' +
      '{text}\n\nThe person should have an answer by {dueOn}.\n\nReference: {reference}\n\n{tenant}\n',
  },
  code: wording(
    'Your code for a privacy request',
    'somebody made a privacy request for this address. If it was you, this is your code:\n\n    {code}\n\nIt works for {minutes} minutes. ' +
      'If it was not you, you need not do anything.',
  ),
  link: wording(
    'Is this privacy request yours?',
    'somebody made a privacy request for this address. If it was you, open this page and say so there:\n\n{link}\n\nIt works once, for {hours} hours. ' +
      'If it was not you, you need not do anything.',
  ),
} as const satisfies Record<string, NoticeTemplate>;

export type NoticeKind = keyof typeof NOTICES;

/** What the wordings above are, for whoever reads or changes them. */
export const DISCLAIMER = 'An example and no legal advice: have it checked by your counsel';

/** What makes a notice that notice, in law or in fact: without it, it would not be one. */
export const REQUIRED: Readonly<Record<NoticeKind, readonly (typeof PLACEHOLDERS)[number][]>> = {
  acknowledged: ['reference'],
  question: ['text'],
  extended: ['dueOn', 'text'],
  fulfilled: ['text'],
  denied: ['text'],
  appeal_upheld: ['text'],
  appeal_overturned: ['text'],
  handed_over: ['text', 'dueOn'],
  code: ['code'],
  link: ['link'],
};

const NAME = /\{(\w+)\}/g;

const namesIn = (text: string): string[] => [...text.matchAll(NAME)].map(([, name = '']) => name);

/** @throws Fault `invalid-input` when a wording lacks what makes the notice, or names what is not known */
export function assertWording(kind: NoticeKind, { subject, text }: NoticeTemplate): void {
  if (namesIn(subject).length > 0) {
    const detail = 'A subject has no names in braces: everybody who sees a mailbox reads it';
    throw new Fault('invalid-input', { field: 'subject', detail });
  }
  const names = namesIn(text);
  const unknown = names.find((name) => !(PLACEHOLDERS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new Fault('invalid-input', {
      field: 'text',
      detail: `{${unknown}} is not known; there is ${PLACEHOLDERS.join(', ')}`,
    });
  }
  const missing = REQUIRED[kind].find((name) => !names.includes(name));
  if (missing !== undefined) {
    throw new Fault('invalid-input', { field: 'text', detail: `A notice of this kind must say {${missing}}` });
  }
}

/** A template with its values. What a value says is never read as a template. */
export function renderNotice(template: NoticeTemplate, values: NoticeValues): NoticeTemplate {
  const fill = (text: string): string =>
    text.replace(NAME, (_, name: string) => values[name as keyof NoticeValues] ?? '');
  return { subject: fill(template.subject), text: fill(template.text) };
}
