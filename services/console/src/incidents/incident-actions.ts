import type { Incident } from '../api/contract.js';
import type { Action } from '../ui/action-dialog.js';
import { sentence } from '../words/words.js';
import { toWhom } from './duty-badge.js';

const words = (values: readonly string[]): { value: string; label: string }[] =>
  values.map((value) => ({ value, label: sentence(value) }));

export const OPEN_INCIDENT: Action<'openIncident'> = {
  operation: 'openIncident',
  label: 'Open an incident',
  explains: 'Clocks run from when it was discovered, also before anybody knows how grave it is.',
  done: 'The incident is open',
  isMain: true,
  fields: [
    { name: 'title', label: 'Name', kind: 'text', maxLength: 200 },
    { name: 'description', label: 'What happened, as far as it is known', kind: 'long', maxLength: 5000 },
    {
      name: 'discoveredAt',
      label: 'Discovered',
      kind: 'time',
      isOptional: true,
      hint: 'Empty for now. Your own time zone.',
    },
    { name: 'gdpr', label: 'The GDPR may apply', kind: 'check', initial: 'true' },
    { name: 'hipaa', label: 'HIPAA may apply', kind: 'check' },
    {
      ...{ name: 'role', label: 'Your part', kind: 'choice', initial: 'controller' },
      options: words(['controller', 'processor']),
    },
  ],
  inputOf: ({ gdpr, hipaa, ...rest }) => ({ ...rest, laws: [...(gdpr ? ['gdpr'] : []), ...(hipaa ? ['hipaa'] : [])] }),
};

export const ASSESS: Action<'assessIncident'> = {
  operation: 'assessIncident',
  label: 'Assess',
  explains: 'Whom it concerns, and how many, follows from the tables. Who must be told is worked out anew.',
  done: 'The incident is assessed',
  isMain: true,
  fields: [
    { name: 'severity', label: 'Severity', kind: 'choice', options: words(['low', 'medium', 'high', 'critical']) },
    {
      name: 'tables',
      label: 'Tables',
      kind: 'text',
      isOptional: true,
      hint: 'Separated by commas, such as customers, orders.',
    },
    {
      name: 'people',
      label: 'People',
      kind: 'text',
      isOptional: true,
      maxLength: 11,
      hint: 'If known better than by counting those tables.',
    },
    {
      name: 'noBreachBecause',
      label: 'Why it is no breach',
      kind: 'long',
      isOptional: true,
      maxLength: 5000,
      hint: 'Ends the duties that are open.',
    },
  ],
  inputOf: ({ tables = '', ...rest }) => ({
    ...rest,
    tables: String(tables)
      .split(',')
      .map((table) => table.trim())
      .filter((table) => table !== ''),
  }),
};

export const CLOSE: Action<'closeIncident'> = {
  operation: 'closeIncident',
  label: 'Close',
  explains: 'Once nobody is left to be told.',
  done: 'The incident is closed',
  fields: [{ name: 'conclusion', label: 'How it ended, and what was learnt', kind: 'long', maxLength: 5000 }],
};

/** Records that somebody was told. */
export function noticeOf({ duties }: Incident): Action<'recordIncidentNotice'> {
  const open = duties.filter(({ metAt }) => metAt === null);
  return {
    operation: 'recordIncidentNotice',
    label: 'Record a notice',
    explains: 'What you record is the evidence that they were told; nothing is sent from here.',
    done: 'The notice is recorded',
    fields: [
      {
        name: 'duty',
        label: 'Who was told',
        kind: 'choice',
        options: open.map(({ duty }) => ({ value: duty, label: toWhom(duty) })),
      },
      { name: 'notice', label: 'What they were told, and how', kind: 'long', maxLength: 5000 },
      { name: 'toldAt', label: 'When', kind: 'time', isOptional: true, hint: 'Empty for now.' },
    ],
  };
}
