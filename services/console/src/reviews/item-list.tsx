import { useEffect, useState, type ReactElement } from 'react';
import type { AccessReview, AccessReviewItem } from '../api/contract.js';
import { may } from '../api/may.js';
import { useMe, usePages } from '../api/use-api.js';
import { ActionDialog } from '../ui/action-dialog.js';
import { Loading, MoreButton } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';
import { ItemFilters, useItemFilter } from './item-filters.js';
import { ItemTable } from './item-table.js';
import { decisionsOn } from './review-actions.js';

/** As many as one call of the API takes. */
const MOST = 200;

/** Whether whoever looks may decide about an access now. */
const isOpen = ({ barred, execution }: AccessReviewItem): boolean =>
  barred === null && (execution === null || execution === 'refused');

/** The accesses of a review, and what can be decided about those that are chosen. */
export function ItemList({ review }: { readonly review: AccessReview }): ReactElement {
  const { tenant } = useMe();
  const pages = usePages('listAccessReviewItems', { reviewId: review.id, limit: 100, ...useItemFilter() });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { items, refetch } = pages;
  const { waiting, refused } = review.progress;
  // What is carried out meanwhile is shown without being asked for.
  useEffect(() => void refetch(), [refetch, waiting, refused]);
  const mayDecide = review.status === 'open' && may(tenant?.role, 'decideAccess');
  // What a filter took out of sight is not acted upon.
  const visible = items?.filter((item) => chosen.has(item.id) && isOpen(item)).map(({ id }) => id) ?? [];
  return (
    <section aria-labelledby="accesses">
      <h2 id="accesses">Who may do what</h2>
      <ItemFilters />
      <ProblemNote error={pages.error} about="The accesses can not be shown" />
      {!items && !pages.error && <Loading what="the accesses" />}
      {mayDecide && <Decide reviewId={review.id} itemIds={visible} onDone={() => setChosen(new Set())} />}
      {items && <ItemTable items={items} chosen={chosen} choose={mayDecide ? setChosen : null} isOpen={isOpen} />}
      <MoreButton pages={pages} what="accesses" />
    </section>
  );
}

interface DecideProps {
  readonly reviewId: string;
  readonly itemIds: readonly string[];
  readonly onDone: () => void;
}

function Decide({ reviewId, itemIds, onDone }: DecideProps): ReactElement {
  const count = itemIds.length;
  if (count === 0) return <p className="aside">Choose accesses to decide about them.</p>;
  if (count > MOST) return <p className="aside">At most {MOST} are decided about at once.</p>;
  return (
    <div className="buttons" role="group" aria-label="What to do with what is chosen">
      {decisionsOn(count).map((action) => (
        <ActionDialog key={action.done} action={action} input={{ reviewId, itemIds }} onDone={onDone} />
      ))}
    </div>
  );
}
