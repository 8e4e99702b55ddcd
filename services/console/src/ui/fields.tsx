import type { ReactElement } from 'react';
import { FieldError, Input, Label, Text, TextArea, TextField } from 'react-aria-components';

/** One field of a form, as data. */
export interface FieldSpec {
  readonly name: string;
  readonly label: string;
  readonly kind: 'text' | 'email' | 'password' | 'long' | 'choice' | 'check' | 'time';
  readonly hint?: string;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  readonly isOptional?: boolean;
  readonly maxLength?: number;
  readonly initial?: string;
  readonly autoComplete?: string;
}

/** A field with its label, its hint, and what is wrong with it. */
export function Field({ spec }: { readonly spec: FieldSpec }): ReactElement {
  if (spec.kind === 'choice') return <Choice spec={spec} />;
  if (spec.kind === 'check') return <Check spec={spec} />;
  const { name, label, kind, hint, isOptional = false, maxLength, initial, autoComplete = 'off' } = spec;
  const type = kind === 'time' ? 'datetime-local' : kind;
  return (
    <TextField className="field" name={name} isRequired={!isOptional} defaultValue={initial} maxLength={maxLength}>
      <Label>
        {label}
        {isOptional && <span className="aside"> (optional)</span>}
      </Label>
      {hint && <Text slot="description">{hint}</Text>}
      {kind === 'long' ? <TextArea rows={4} /> : <Input type={type} autoComplete={autoComplete} />}
      <FieldError />
    </TextField>
  );
}

function Choice({ spec }: { readonly spec: FieldSpec }): ReactElement {
  const { name, label, hint, options = [], isOptional = false, initial } = spec;
  return (
    <div className="field">
      <label htmlFor={`field-${name}`}>{label}</label>
      {hint && <span id={`hint-${name}`}>{hint}</span>}
      <select
        id={`field-${name}`}
        name={name}
        required={!isOptional}
        defaultValue={initial ?? ''}
        aria-describedby={hint && `hint-${name}`}
      >
        <option value="">{isOptional ? 'None' : 'Choose…'}</option>
        {options.map(({ value, label: text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

function Check({ spec: { name, label, initial, isOptional = true } }: { readonly spec: FieldSpec }): ReactElement {
  return (
    <label className="check">
      <input type="checkbox" name={name} defaultChecked={initial === 'true'} required={!isOptional} />
      <span>{label}</span>
    </label>
  );
}

/** What was filled in, by the fields' names; fields left empty are left out. */
export function valuesOf(form: HTMLFormElement, fields: readonly FieldSpec[]): Record<string, string | boolean> {
  const data = new FormData(form);
  const given = fields.map(({ name, kind }): [string, string | boolean] => {
    const value = data.get(name);
    if (kind === 'check') return [name, value !== null];
    const text = typeof value === 'string' ? value.trim() : '';
    return [name, kind === 'time' && text !== '' ? new Date(text).toISOString() : text];
  });
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}
