import type { ReactElement } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { Input } from '../api/call.js';
import type { SubjectPlanSummary } from '../api/contract.js';
import { usePages } from '../api/use-api.js';
import { useMembers } from '../desk/members.js';
import { useMoments } from '../desk/moments.js';
import { ActionDialog } from '../ui/action-dialog.js';
import { Loading, MoreButton, PageHeading } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';
import { Wide } from '../ui/wide.js';
import { sentence } from '../words/words.js';
import { PLAN_COPY, PLAN_ERASURE } from './plan-actions.js';

type Filter = Input<'listSubjectPlans'>;

const VIEWS: readonly { readonly name: string; readonly label: string; readonly filter: Filter }[] = [
  { name: '', label: 'All', filter: {} },
  { name: 'approve', label: 'Erasures to approve', filter: { kind: 'erasure', status: 'planned' } },
  { name: 'review', label: 'Copies to review', filter: { kind: 'access', status: 'review' } },
  { name: 'held', label: 'Stopped by a hold', filter: { kind: 'erasure', status: 'held' } },
];

/** Copies and erasures, the newest first; what waits for somebody is one choice away. */
export function PlanList(): ReactElement {
  const [params, setParams] = useSearchParams();
  const [, navigate] = useLocation();
  const view = VIEWS.find(({ name }) => name === (params.get('view') ?? '')) ?? VIEWS[0]!;
  const pages = usePages('listSubjectPlans', view.filter);
  return (
    <>
      <PageHeading title="Copies and erasures">
        <ActionDialog action={PLAN_COPY} input={{}} onDone={({ id }) => navigate(`/copies/${id}`)} />
        <ActionDialog action={PLAN_ERASURE} input={{}} onDone={({ id }) => navigate(`/erasures/${id}`)} />
      </PageHeading>
      <search className="filters" aria-label="Filter copies and erasures">
        <label>
          <span>Show</span>
          <select
            value={view.name}
            onChange={(event) => setParams(event.target.value === '' ? {} : { view: event.target.value })}
          >
            {VIEWS.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </search>
      <ProblemNote error={pages.error} about="The list can not be shown" />
      {!pages.items && !pages.error && <Loading what="the list" />}
      {pages.items?.length === 0 && <p className="empty">There is none like that.</p>}
      {pages.items && pages.items.length > 0 && <PlanTable plans={pages.items} />}
      <MoreButton pages={pages} what="of them" />
    </>
  );
}

/** Copies and erasures as a table. */
export function PlanTable({ plans }: { readonly plans: readonly SubjectPlanSummary[] }): ReactElement {
  const momentOf = useMoments();
  const { nameOf } = useMembers();
  return (
    <Wide what="Copies and erasures">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Stage</th>
          <th scope="col">Planned by</th>
          <th scope="col">Approved by</th>
        </tr>
      </thead>
      <tbody>
        {plans.map(({ id, kind, status, plannedBy, createdAt, approvedBy, problem }) => (
          <tr key={id}>
            <th scope="row">
              <Link href={kind === 'access' ? `/copies/${id}` : `/erasures/${id}`}>
                {kind === 'access' ? 'Copy' : 'Erasure'} of {momentOf(createdAt)}
              </Link>
            </th>
            <td>
              {sentence(status)}
              {problem && <span className="aside"> {problem}</span>}
            </td>
            <td>{nameOf(plannedBy)}</td>
            <td>{nameOf(approvedBy)}</td>
          </tr>
        ))}
      </tbody>
    </Wide>
  );
}
