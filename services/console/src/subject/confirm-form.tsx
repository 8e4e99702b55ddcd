import { useEffect, useRef, type FormEvent, type ReactElement } from 'react';
import { call, Refused } from '../api/call.js';
import { Field, valuesOf, type FieldSpec } from '../ui/fields.js';
import { ProblemNote } from '../ui/problem-note.js';
import { useAttempt } from './use-attempt.js';

const CODE: FieldSpec = {
  ...{ name: 'code', label: 'Code', kind: 'text', maxLength: 6, autoComplete: 'one-time-code' },
  hint: 'Six digits, from the mail that we sent. It works for 30 minutes and five attempts.',
};
const REFERENCE: FieldSpec = {
  name: 'reference',
  label: 'Reference',
  kind: 'text',
  maxLength: 36,
  hint: 'It is in the mail.',
};

interface ConfirmFormProps {
  readonly tenant: string;
  /** Asked for when it is not known. */
  readonly reference: string | null;
  readonly onConfirmed: (reference: string) => void;
}

/** Takes the code that was mailed. */
export function ConfirmForm({ tenant, reference, onConfirmed }: ConfirmFormProps): ReactElement {
  const [{ error, isRunning }, attempt] = useAttempt();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const fields = reference === null ? [REFERENCE, CODE] : [CODE];
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = valuesOf(event.currentTarget, fields) as Record<string, string>;
    const known = reference ?? given['reference'] ?? '';
    attempt(async () => {
      await call('confirmPrivacyForm', { tenant, reference: known, code: given['code'] ?? '' });
      onConfirmed(known);
    });
  };
  return (
    <form onSubmit={submit}>
      <h2 ref={heading} tabIndex={-1}>
        Confirm that it is you
      </h2>
      <p>Your request has been received and its time runs. With the code we know that it is yours.</p>
      {fields.map((spec) => (
        <Field key={spec.name} spec={spec} />
      ))}
      <ProblemNote error={plain(error)} about="Not confirmed" />
      <button type="submit" className="main" disabled={isRunning}>
        {isRunning ? 'Checking…' : 'Confirm'}
      </button>
    </form>
  );
}

/** Wrong, used and ended codes are refused alike. */
function plain(error: Error | null): Error | null {
  if (!(error instanceof Refused) || ![404, 409, 422].includes(error.problem.status)) return error;
  const detail =
    'Check the digits. A code ends after 30 minutes or five attempts; then answer our mail and we find another way.';
  return new Refused({ ...error.problem, status: 422, title: 'the code does not work', detail, errors: [] });
}
