/** What a notice may say: every name in braces of a template is one of these. */
export const PLACEHOLDERS = ['name', 'reference', 'tenant', 'dueOn', 'reason', 'text', 'code', 'minutes'] as const;

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
} as const satisfies Record<string, NoticeTemplate>;

export type NoticeKind = keyof typeof NOTICES;

/** A template with its values. What a value says is never read as a template. */
export function renderNotice(template: NoticeTemplate, values: NoticeValues): NoticeTemplate {
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => values[name as keyof NoticeValues] ?? '');
  return { subject: fill(template.subject), text: fill(template.text) };
}
