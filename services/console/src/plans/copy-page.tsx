import { useState, type ReactElement } from 'react';
import { Link } from 'wouter';
import type { Access, AccessLink, AccessPlace } from '../api/contract.js';
import { may } from '../api/may.js';
import { useMe, useRead } from '../api/use-api.js';
import { ActionDialog, type Action } from '../ui/action-dialog.js';
import { Badge, Loading, PageHeading } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';
import { Wide } from '../ui/wide.js';
import { sentence } from '../words/words.js';
import { CopyLink } from './copy-link.js';
import { PlanHead } from './plan-head.js';
import { Review } from './review.js';
import { Tasks } from './tasks.js';

const LOOK_AGAIN_MS = 1_000;

const COLLECT: Action<'collectAccess'> = {
  operation: 'collectAccess',
  label: 'Collect',
  explains:
    'Reads the rows of every place of this plan and seals them. If the plan has changed since you looked at it, nothing happens.',
  done: 'The copy is being collected',
  fields: [],
  isMain: true,
};

/** A copy of somebody's data: planned, collected, reviewed, released. */
export function CopyPage({ id }: { readonly id: string }): ReactElement {
  const collecting = (copy: Access | undefined): number | false =>
    copy?.status === 'collecting' ? LOOK_AGAIN_MS : false;
  const { data: copy, error } = useRead('getAccess', { accessId: id }, collecting);
  const [link, setLink] = useState<AccessLink | null>(null);
  const { tenant } = useMe();
  return (
    <>
      <PageHeading title="Copy of a person’s data">
        {copy && <Badge tone="calm">{sentence(copy.status)}</Badge>}
      </PageHeading>
      <ProblemNote error={error} about="The copy can not be shown" />
      {!copy && !error && <Loading what="the copy" />}
      {copy && (
        <>
          <PlanHead plan={copy} places={copy.places} />
          {link && <CopyLink link={link} />}
          <div className="buttons">
            {copy.status === 'planned' && may(tenant?.role, 'collectAccess') && (
              <ActionDialog action={COLLECT} input={{ accessId: id, digest: copy.digest }} />
            )}
          </div>
          {['review', 'released', 'delivered'].includes(copy.status) && <Review copy={copy} onReleased={setLink} />}
          <Places places={copy.places} />
          <Tasks kind="access" planId={id} places={copy.places} />
        </>
      )}
      <Link href="/plans">All copies and erasures</Link>
    </>
  );
}

function Places({ places }: { readonly places: readonly AccessPlace[] }): ReactElement {
  const found = places.filter(({ kind }) => kind !== 'task');
  return (
    <section aria-labelledby="places">
      <h2 id="places">Where the person was found</h2>
      <Wide what="Places">
        <thead>
          <tr>
            <th scope="col">Table</th>
            <th scope="col" className="number">
              Rows
            </th>
            <th scope="col" className="number">
              Collected
            </th>
            <th scope="col">Found by</th>
            <th scope="col">Left out</th>
          </tr>
        </thead>
        <tbody>
          {found.map(({ position, place, kind, rows, collected, via, withheld }) => (
            <tr key={position}>
              <th scope="row">{place}</th>
              <td className="number">{rows}</td>
              <td className="number">{kind === 'mention' ? 'only counted' : (collected ?? 'not yet')}</td>
              <td>{via.join(', ')}</td>
              <td>
                {kind === 'mention' ? 'rows of others that mention the person' : withheld.join(', ') || 'nothing'}
              </td>
            </tr>
          ))}
        </tbody>
      </Wide>
    </section>
  );
}
