import { useState, type ReactElement } from 'react';
import { Link, useLocation } from 'wouter';
import type { PrivacyRequest } from '../api/contract.js';
import { usePages } from '../api/use-api.js';
import { useMembers } from '../desk/members.js';
import { ActionDialog } from '../ui/action-dialog.js';
import { ChooseAll, ChooseOne } from '../ui/choosing.js';
import { Loading, MoreButton, PageHeading } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';
import { Wide } from '../ui/wide.js';
import { rightOf, sentence } from '../words/words.js';
import { Assign } from './assign.js';
import { Due, whyDue } from './due.js';
import { Filters, useFilter } from './filters.js';
import { OPEN_REQUEST } from './open-request.js';

/** The queue: what is due first at the top. */
export function Queue(): ReactElement {
  const filter = useFilter();
  const pages = usePages('listPrivacyRequests', filter);
  const [, navigate] = useLocation();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { items } = pages;
  // What a filter took out of sight is not acted upon.
  const visible = items?.filter(({ id }) => chosen.has(id)).map(({ id }) => id) ?? [];
  return (
    <>
      <PageHeading title="Privacy requests">
        <ActionDialog action={OPEN_REQUEST} input={{}} onDone={({ id }) => navigate(`/requests/${id}`)} />
      </PageHeading>
      <Filters />
      <ProblemNote error={pages.error} about="The queue can not be shown" />
      {!items && !pages.error && <Loading what="the queue" />}
      {items && <Assign requestIds={visible} what={countText(visible.length)} onDone={() => setChosen(new Set())} />}
      {items?.length === 0 && (
        <p className="empty">No request is like that. What comes by the form or is entered here shows up at once.</p>
      )}
      {items && items.length > 0 && <QueueTable requests={items} chosen={chosen} choose={setChosen} />}
      <MoreButton pages={pages} what="requests" />
    </>
  );
}

interface QueueTableProps {
  readonly requests: readonly PrivacyRequest[];
  readonly chosen: ReadonlySet<string>;
  readonly choose: (ids: ReadonlySet<string>) => void;
}

function QueueTable({ requests, chosen, choose }: QueueTableProps): ReactElement {
  const { nameOf } = useMembers();
  return (
    <Wide what="Requests">
      <thead>
        <tr>
          <th scope="col">
            <ChooseAll ids={requests.map(({ id }) => id)} chosen={chosen} choose={choose} />
          </th>
          <th scope="col">Request</th>
          <th scope="col">Due</th>
          <th scope="col">Why then</th>
          <th scope="col">Status</th>
          <th scope="col">Owner</th>
        </tr>
      </thead>
      <tbody>
        {requests.map((request) => (
          <tr key={request.id}>
            <td>
              <ChooseOne id={request.id} name={titleOf(request)} chosen={chosen} choose={choose} />
            </td>
            <th scope="row">
              <Link href={`/requests/${request.id}`}>{titleOf(request)}</Link>
            </th>
            <td>
              <Due request={request} />
            </td>
            <td>{whyDue(request)}</td>
            <td>{sentence(request.legalStatus)}</td>
            <td>{nameOf(request.assigneeId)}</td>
          </tr>
        ))}
      </tbody>
    </Wide>
  );
}

/** What a request is called in a list. */
function titleOf({ type, subjectName }: PrivacyRequest): string {
  const { law, title } = rightOf(type);
  return `${law} ${title.toLowerCase()}: ${subjectName}`;
}

function countText(count: number): string {
  return count === 1 ? '1 chosen request' : `${count} chosen requests`;
}
