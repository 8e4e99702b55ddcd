import { useState, type ReactElement } from 'react';
import { call, Refused } from '../api/call.js';
import { ProblemNote } from '../ui/problem-note.js';
import { Received } from './received.js';
import { useAttempt } from './use-attempt.js';

/**
 * Asks whether a request is theirs. The link's secret stands after the #, and is sent by the button alone: programs that open the links of
 * mails prove nothing.
 */
export function VerifyPage({ tenant }: { readonly tenant: string }): ReactElement {
  const [token] = useState(() => location.hash.slice(1));
  const [reference, setReference] = useState<string | null>(null);
  const [{ error, isRunning }, attempt] = useAttempt();
  if (reference !== null) return <Received reference={reference} />;
  const confirm = (): void =>
    attempt(async () => {
      const receipt = await call('confirmPrivacyLink', { tenant, token });
      history.replaceState(null, '', location.pathname);
      setReference(receipt.reference);
    });
  return (
    <section>
      <h2>Is this request yours?</h2>
      <p>
        Somebody made a privacy request for your mail address. If it was you, say so here. If it was not you, close this
        page.
      </p>
      <ProblemNote error={plain(error)} about="Not confirmed" />
      <button type="button" className="main" disabled={isRunning} onClick={confirm}>
        {isRunning ? 'Confirming…' : 'Yes, I made this request'}
      </button>
    </section>
  );
}

/** Wrong, used and ended links are refused alike. */
function plain(error: Error | null): Error | null {
  if (!(error instanceof Refused) || ![404, 409, 422].includes(error.problem.status)) return error;
  const detail = 'It was used, or has ended, or there is a newer one. Answer our mail and we send another.';
  return new Refused({ ...error.problem, status: 422, title: 'the link does not work', detail, errors: [] });
}
