import { useState, type FormEvent, type ReactElement } from 'react';
import { call, Refused } from '../api/call.js';
import { Field, valuesOf, type FieldSpec } from '../ui/fields.js';
import { ProblemNote } from '../ui/problem-note.js';
import { saveAs } from '../ui/save-as.js';
import { useAttempt } from './use-attempt.js';

const CODE: FieldSpec = {
  ...{ name: 'code', label: 'Code', kind: 'text', maxLength: 20, autoComplete: 'one-time-code' },
  hint: 'The one that you were told. Five wrong codes end the link.',
};

/** Fetches a copy, once. The link's secret stands after the #, so it was sent to no server by opening the page. */
export function DownloadPage(): ReactElement {
  const [token] = useState(() => location.hash.slice(1));
  const [isSaved, setSaved] = useState(false);
  const [{ error, isRunning }, attempt] = useAttempt();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const code = String(valuesOf(event.currentTarget, [CODE])['code'] ?? '');
    attempt(async () => {
      saveAs(await call('downloadAccessBundle', { token, code }), 'your-data.zip');
      history.replaceState(null, '', location.pathname);
      setSaved(true);
    });
  };
  if (isSaved) {
    return (
      <section className="note good" role="status">
        <h2>Your copy is saved</h2>
        <p>
          Look among your downloads for your-data.zip and open index.html in it. The link is used up; keep the file
          safe.
        </p>
      </section>
    );
  }
  return (
    <form onSubmit={submit}>
      <h2>Fetch the copy of your data</h2>
      <p>It works once. Use a device that is yours.</p>
      <Field spec={CODE} />
      <ProblemNote error={plain(error)} about="Not fetched" />
      <button type="submit" className="main" disabled={isRunning}>
        {isRunning ? 'Fetching…' : 'Save my copy'}
      </button>
    </form>
  );
}

/** Unknown, used and ended links and wrong codes are refused alike. */
function plain(error: Error | null): Error | null {
  if (!(error instanceof Refused) || ![404, 422].includes(error.problem.status)) return error;
  const detail = 'The code is wrong, or the link was used or has ended. Check the code; otherwise ask for a new link.';
  return new Refused({ ...error.problem, status: 422, title: 'link and code do not work', detail, errors: [] });
}
