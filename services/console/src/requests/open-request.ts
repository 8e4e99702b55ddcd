import type { Action } from '../ui/action-dialog.js';
import { REQUEST_TYPES, rightOf } from '../words/words.js';

/** Enters a request that came by mail, phone or letter. */
export const OPEN_REQUEST: Action<'openPrivacyRequest'> = {
  operation: 'openPrivacyRequest',
  label: 'Enter a request',
  explains: 'For what reached you by mail, phone or letter. The clock runs from when it was received.',
  done: 'The request was entered',
  isMain: true,
  fields: [
    {
      ...{ name: 'type', label: 'What the person asks for', kind: 'choice' },
      options: REQUEST_TYPES.map((value) => ({
        value,
        label: `${rightOf(value).law} ${rightOf(value).title}: ${rightOf(value).wish}`,
      })),
    },
    { name: 'subjectName', label: 'Name of the person', kind: 'text', maxLength: 200 },
    { name: 'subjectEmail', label: 'E-mail address of the person', kind: 'email', maxLength: 254 },
    { name: 'details', label: 'What they wrote', kind: 'long', isOptional: true, maxLength: 4000 },
    {
      name: 'receivedAt',
      label: 'Received',
      kind: 'time',
      isOptional: true,
      hint: 'Empty for now. Your own time zone.',
    },
    {
      name: 'calendar',
      label: 'Public holidays of',
      kind: 'text',
      isOptional: true,
      maxLength: 6,
      hint: 'A country or a part of one, such as DE or DE-BE. Empty: only Saturdays and Sundays are days off.',
    },
    { name: 'sensitive', label: 'The answer would hold sensitive data or health information', kind: 'check' },
  ],
};
