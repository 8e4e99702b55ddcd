import type { ReactElement } from 'react';
import { Link } from 'wouter';
import type { PrivacyRequest } from '../api/contract.js';
import { ActionDialog } from '../ui/action-dialog.js';
import { DECIDE_DUPLICATE } from './actions.js';

const DECIDED: Readonly<Record<string, string>> = {
  merged: 'It is answered when the earlier one is.',
  kept: 'It is answered by itself.',
};

/** That the person asked for the same before, once it is known that it is the same person. */
export function Duplicate({ request }: { readonly request: PrivacyRequest }): ReactElement | null {
  const { id, duplicateOf, duplicateDecision, closedAt } = request;
  if (duplicateOf === null) return null;
  return (
    <section aria-labelledby="duplicate">
      <h2 id="duplicate">Asked before</h2>
      <p>
        The same person asked for the same in an <Link href={`/requests/${duplicateOf}`}>earlier request</Link>.{' '}
        {DECIDED[duplicateDecision ?? ''] ?? 'Nobody has decided yet whether they are answered together.'}
      </p>
      {closedAt === null && (
        <div className="buttons">
          <ActionDialog action={DECIDE_DUPLICATE} input={{ requestId: id }} />
        </div>
      )}
    </section>
  );
}
