import type { ReactElement } from 'react';
import { useLocation } from 'wouter';
import type { PrivacyRequest } from '../api/contract.js';
import { usePages } from '../api/use-api.js';
import { ActionDialog } from '../ui/action-dialog.js';
import { MoreButton } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';
import { PLAN_COPY, PLAN_ERASURE } from './plan-actions.js';
import { PlanTable } from './plan-list.js';

/** The copies and erasures that answer a request. */
export function RequestPlans({ request: { id, closedAt } }: { readonly request: PrivacyRequest }): ReactElement {
  const [, navigate] = useLocation();
  const pages = usePages('listSubjectPlans', { requestId: id });
  return (
    <section aria-labelledby="plans">
      <h2 id="plans">Copies and erasures</h2>
      <ProblemNote error={pages.error} about="They can not be shown" />
      {pages.items?.length === 0 && <p className="empty">None was planned for this request.</p>}
      {pages.items && pages.items.length > 0 && <PlanTable plans={pages.items} />}
      <MoreButton pages={pages} what="of them" />
      {closedAt === null && (
        <div className="buttons">
          <ActionDialog
            action={PLAN_COPY}
            input={{ requestId: id }}
            onDone={(copy) => navigate(`/copies/${copy.id}`)}
          />
          <ActionDialog
            action={PLAN_ERASURE}
            input={{ requestId: id }}
            onDone={(one) => navigate(`/erasures/${one.id}`)}
          />
        </div>
      )}
    </section>
  );
}
