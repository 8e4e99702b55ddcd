import type { ReactElement } from 'react';
import { useRead } from '../api/use-api.js';
import { ProblemNote } from '../ui/problem-note.js';
import { saveAs } from '../ui/save-as.js';

/** The signed result of a review, for an auditor to keep. */
export function Statement({ reviewId }: { readonly reviewId: string }): ReactElement {
  const { data: statement, error } = useRead('getAccessReviewStatement', { reviewId });
  const save = (): void => {
    if (statement) saveAs(new Blob([statement.note], { type: 'text/plain' }), `access-review-${reviewId}.note`);
  };
  return (
    <section className="note good" aria-labelledby="statement">
      <h2 id="statement">Result</h2>
      <ProblemNote error={error} about="The result can not be shown" />
      <p>
        Signed with the key of the audit log: what was looked at, what was decided, and which entries show what ended.
      </p>
      <button type="button" className="main" disabled={!statement} onClick={save}>
        Save the signed result
      </button>
    </section>
  );
}
