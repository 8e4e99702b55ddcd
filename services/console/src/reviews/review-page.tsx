import type { ReactElement } from 'react';
import { Link } from 'wouter';
import type { AccessReview } from '../api/contract.js';
import { may } from '../api/may.js';
import { useMe, useRead } from '../api/use-api.js';
import { useMembers } from '../desk/members.js';
import { useMoments } from '../desk/moments.js';
import { ActionDialog } from '../ui/action-dialog.js';
import { FactEntries, type Fact } from '../ui/facts.js';
import { Badge, Loading, PageHeading } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';
import { sentence } from '../words/words.js';
import { ItemList } from './item-list.js';
import { completionOf } from './review-actions.js';
import { RosterForm } from './roster-form.js';
import { Statement } from './statement.js';

const ASK_EVERY_MS = 1_500;

/** Something goes on by itself, so that looking again is worth it. */
const isMoving = (review: AccessReview | undefined): boolean =>
  review !== undefined && (review.status === 'freezing' || review.progress.waiting > 0);

/** One access review: what was frozen, with what it was compared, and what is decided about each access. */
export function ReviewPage({ id: reviewId }: { readonly id: string }): ReactElement {
  const { data: review, error } = useRead('getAccessReview', { reviewId }, (now) =>
    isMoving(now) ? ASK_EVERY_MS : false,
  );
  return (
    <>
      <PageHeading title={review ? `Access review ${review.name}` : 'Access review'}>
        {review && <Badge tone={review.status === 'completed' ? 'good' : 'calm'}>{sentence(review.status)}</Badge>}
      </PageHeading>
      <ProblemNote error={error} about="The review can not be shown" />
      {!review && !error && <Loading what="the review" />}
      {review && <Review review={review} />}
      <Link href="/access-reviews">All access reviews</Link>
    </>
  );
}

function Review({ review }: { readonly review: AccessReview }): ReactElement {
  const { tenant } = useMe();
  const { id: reviewId, status, problem } = review;
  if (status === 'freezing') {
    return (
      <p role="status">
        Reading who may do what. {problem === null ? 'This takes seconds.' : `The last try met a problem: ${problem}`}
      </p>
    );
  }
  return (
    <>
      <Facts review={review} />
      {status === 'completed' && <Statement reviewId={reviewId} />}
      {status === 'open' && may(tenant?.role, 'compareAccessRoster') && <RosterForm reviewId={reviewId} />}
      <ItemList review={review} />
      {status === 'open' && may(tenant?.role, 'completeAccessReview') && (
        <div className="buttons">
          <ActionDialog action={completionOf(review)} input={{ reviewId }} />
        </div>
      )}
    </>
  );
}

function Facts({ review }: { readonly review: AccessReview }): ReactElement {
  const momentOf = useMoments();
  const { nameOf } = useMembers();
  const { population, roster, progress, dueAt, openedAt, openedBy, completedAt, completedBy, leftBecause } = review;
  const facts: readonly Fact[] = [
    ['Opened', `${momentOf(openedAt)} by ${openedBy === 'schedule' ? 'the schedule' : nameOf(openedBy)}`],
    ['Due', momentOf(dueAt)],
    ['Accesses', population && `${population.items}, as they were on ${momentOf(population.frozenAt)}`],
    ['Digest', population && population.digest],
    ['Audit log then', population && `${population.treeSize} entries, root ${population.rootHash}`],
    ['Roster', roster && `${roster.people} people, on ${momentOf(roster.comparedAt)} by ${nameOf(roster.comparedBy)}`],
    ['Decided', `${progress.kept} stay, ${progress.revoked} go or become less, ${progress.undecided} are undecided`],
    ['Being carried out', progress.waiting > 0 ? `${progress.waiting}` : null],
    ['Could not be carried out', progress.refused > 0 ? `${progress.refused}: each says what to do` : null],
    ['Completed', completedAt && `${momentOf(completedAt)} by ${nameOf(completedBy)}`],
    ['Left undecided because', leftBecause],
  ];
  return (
    <dl>
      <FactEntries facts={facts} />
    </dl>
  );
}
