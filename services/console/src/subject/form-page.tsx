import { useState, type FormEvent, type ReactElement } from 'react';
import { call } from '../api/call.js';
import type { PrivacyForm, PrivacyFormReceipt } from '../api/contract.js';
import { Field, valuesOf, type FieldSpec } from '../ui/fields.js';
import { ProblemNote } from '../ui/problem-note.js';
import { REQUEST_TYPES, RIGHTS, type RequestType } from '../words/words.js';
import { ConfirmForm } from './confirm-form.js';
import { Received } from './received.js';
import { useAttempt } from './use-attempt.js';

/** The law forbids to ask who somebody is before these are honoured. */
const ASKS_NOBODY: readonly string[] = ['ccpa_opt_out', 'ccpa_limit'];
const LAWS = [
  { law: 'GDPR', name: 'European Union and United Kingdom' },
  { law: 'CCPA', name: 'California' },
  { law: 'HIPAA', name: 'Health information in the United States' },
];

const FIELDS: readonly FieldSpec[] = [
  { name: 'name', label: 'Your name', kind: 'text', maxLength: 200, autoComplete: 'name' },
  {
    ...{ name: 'email', label: 'Your e-mail address', kind: 'email', maxLength: 254, autoComplete: 'email' },
    hint: 'We answer there. It should be the one that we know.',
  },
  { name: 'details', label: 'What we should know', kind: 'long', isOptional: true, maxLength: 4000 },
];

/** The form by which people ask about their data. */
export function FormPage({ tenant, form }: { readonly tenant: string; readonly form: PrivacyForm }): ReactElement {
  const [received, setReceived] = useState<{ receipt: PrivacyFormReceipt; type: string } | null>(null);
  const [isConfirmed, setConfirmed] = useState(false);
  if (!received)
    return <RequestForm tenant={tenant} form={form} onReceived={(receipt, type) => setReceived({ receipt, type })} />;
  const { reference } = received.receipt;
  if (isConfirmed || ASKS_NOBODY.includes(received.type)) return <Received reference={reference} />;
  return <ConfirmForm tenant={tenant} reference={reference} onConfirmed={() => setConfirmed(true)} />;
}

interface RequestFormProps {
  readonly tenant: string;
  readonly form: PrivacyForm;
  readonly onReceived: (receipt: PrivacyFormReceipt, type: string) => void;
}

function RequestForm({ tenant, form, onReceived }: RequestFormProps): ReactElement {
  const [{ error, isRunning }, attempt] = useAttempt();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const { name = '', email = '', details } = valuesOf(event.currentTarget, FIELDS) as Record<string, string>;
    const type = String(data.get('type')) as RequestType;
    const website = String(data.get('website') ?? '') || undefined;
    attempt(async () =>
      onReceived(await call('submitPrivacyForm', { tenant, type, name, email, details, website }), type),
    );
  };
  return (
    <form onSubmit={submit}>
      <p className="words">
        {form.introduction ??
          `Ask ${form.tenantName} about the data that it holds about you. We mail you a code, to be sure that it is you.`}
      </p>
      {LAWS.map(({ law, name }) => (
        <fieldset key={law}>
          <legend>{name}</legend>
          {REQUEST_TYPES.filter((type) => RIGHTS[type].law === law).map((type) => (
            <label key={type} className="check">
              <input type="radio" name="type" value={type} required />
              <span>{RIGHTS[type].wish}</span>
            </label>
          ))}
        </fieldset>
      ))}
      {FIELDS.map((spec) => (
        <Field key={spec.name} spec={spec} />
      ))}
      {/* Programs fill in every field; people do not see this one. */}
      <div className="trap" aria-hidden="true">
        <label>
          Leave this empty
          <input type="text" name="website" tabIndex={-1} autoComplete="off" />
        </label>
      </div>
      <ProblemNote error={error} about="Your request was not sent" />
      <button type="submit" className="main" disabled={isRunning}>
        {isRunning ? 'Sending…' : 'Send the request'}
      </button>
    </form>
  );
}
