import type { ReactElement } from 'react';
import { Link, useLocation } from 'wouter';
import type { AccessReview } from '../api/contract.js';
import { may } from '../api/may.js';
import { useMe, usePages, useRead } from '../api/use-api.js';
import { useMoments } from '../desk/moments.js';
import { ActionDialog } from '../ui/action-dialog.js';
import { Badge, Loading, MoreButton, PageHeading } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';
import { Wide } from '../ui/wide.js';
import { sentence } from '../words/words.js';
import { OPEN_REVIEW, scheduleOf } from './review-actions.js';

/** Access reviews: how far each is, and when the next one opens by itself. */
export function ReviewList(): ReactElement {
  const pages = usePages('listAccessReviews', {});
  const { tenant } = useMe();
  const [, navigate] = useLocation();
  return (
    <>
      <PageHeading title="Access reviews">
        {may(tenant?.role, 'openAccessReview') && (
          <ActionDialog action={OPEN_REVIEW} input={{}} onDone={({ id }) => navigate(`/access-reviews/${id}`)} />
        )}
      </PageHeading>
      <Schedule />
      <ProblemNote error={pages.error} about="The reviews can not be shown" />
      {!pages.items && !pages.error && <Loading what="the reviews" />}
      {pages.items?.length === 0 && <p className="empty">Nobody has reviewed yet who may do what here.</p>}
      {pages.items && pages.items.length > 0 && <ReviewTable reviews={pages.items} />}
      <MoreButton pages={pages} what="reviews" />
    </>
  );
}

function Schedule(): ReactElement | null {
  const { data: schedule } = useRead('getAccessReviewSchedule', {});
  const { tenant } = useMe();
  if (!schedule) return null;
  const { everyMonths, nextOn } = schedule;
  return (
    <div className="assign">
      <p>
        {nextOn === null
          ? 'Reviews do not open by themselves.'
          : `A review opens by itself ${everyMonths === 3 ? 'every quarter' : `every ${everyMonths} months`}, next on ${nextOn}.`}
      </p>
      {may(tenant?.role, 'replaceAccessReviewSchedule') && (
        <ActionDialog key={JSON.stringify(schedule)} action={scheduleOf(schedule)} input={{}} />
      )}
    </div>
  );
}

function ReviewTable({ reviews }: { readonly reviews: readonly AccessReview[] }): ReactElement {
  const momentOf = useMoments();
  return (
    <Wide what="Access reviews">
      <thead>
        <tr>
          <th scope="col">Review</th>
          <th scope="col">Status</th>
          <th scope="col">Due</th>
          <th scope="col">Undecided</th>
          <th scope="col">Findings</th>
        </tr>
      </thead>
      <tbody>
        {reviews.map((review) => (
          <tr key={review.id}>
            <th scope="row">
              <Link href={`/access-reviews/${review.id}`}>{review.name}</Link>
            </th>
            <td>{sentence(review.status)}</td>
            <td>
              <ReviewDue review={review} /> {momentOf(review.dueAt)}
            </td>
            <td>{review.progress.undecided}</td>
            <td>{review.progress.findings}</td>
          </tr>
        ))}
      </tbody>
    </Wide>
  );
}

const SOON_PERCENT = 80;

/** How the time of a review stands. */
export function ReviewDue({ review: { status, usedPercent } }: { readonly review: AccessReview }): ReactElement | null {
  if (status === 'completed') return <Badge tone="good">done</Badge>;
  if (usedPercent >= 100) return <Badge tone="bad">overdue since</Badge>;
  return usedPercent >= SOON_PERCENT ? <Badge tone="warn">soon,</Badge> : null;
}
