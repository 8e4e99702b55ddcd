import type { PersonRef } from '../api/contract.js';
import type { Action } from '../ui/action-dialog.js';
import type { FieldSpec } from '../ui/fields.js';

/** How many places of one person a plan begins with; tables that refer to them are found by themselves. */
const PERSON_FIELDS: readonly FieldSpec[] = [
  {
    ...{ name: 'table', label: 'Table', kind: 'text', maxLength: 63 },
    hint: 'A table with one row for the person, such as customers. What refers to that row is found by itself.',
  },
  {
    name: 'value',
    label: 'Which row',
    kind: 'text',
    maxLength: 200,
    hint: 'The value of its subject column, such as the customer number.',
  },
  {
    name: 'table2',
    label: 'Another table',
    kind: 'text',
    maxLength: 63,
    isOptional: true,
    hint: 'Where the person is known by something else.',
  },
  { name: 'value2', label: 'Which row there', kind: 'text', maxLength: 200, isOptional: true },
  {
    ...{ name: 'email', label: 'E-mail address', kind: 'email', maxLength: 254, isOptional: true },
    hint: 'By which Tenantry’s own services may know the person. Empty: that of the privacy request.',
  },
  {
    ...{ name: 'userId', label: 'User id', kind: 'text', maxLength: 200, isOptional: true },
    hint: 'If the person is or was a member.',
  },
];

/** The person, by every table that was named, and by what Tenantry's own services may know them. */
function personOf(values: Readonly<Record<string, string | boolean>>): { subject: PersonRef[] } {
  const { table, value, table2 = '', value2 = '', ...known } = values;
  const refs = [
    { table: String(table), value: String(value) },
    { table: String(table2), value: String(value2) },
  ];
  return { ...known, subject: refs.filter((ref) => ref.table !== '') };
}

export const PLAN_COPY: Action<'planAccess'> = {
  operation: 'planAccess',
  label: 'Plan a copy',
  explains: 'Finds the places with rows of the person and counts them. Nothing is read yet.',
  done: 'The copy is planned',
  fields: PERSON_FIELDS,
  inputOf: personOf,
};

export const PLAN_ERASURE: Action<'planErasure'> = {
  operation: 'planErasure',
  label: 'Plan an erasure',
  explains: 'Shows what would happen where. Nothing is changed until somebody else approves the plan.',
  done: 'The erasure is planned',
  fields: PERSON_FIELDS,
  inputOf: personOf,
};
