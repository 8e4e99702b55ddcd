import type { ReactElement } from 'react';
import { Link } from 'wouter';
import type { PersonRef } from '../api/contract.js';
import { useMoments } from '../desk/moments.js';

interface PlanHeadProps {
  readonly plan: {
    readonly subject: readonly PersonRef[];
    readonly requestId: string | null;
    readonly createdAt: string;
    readonly digest: string;
    readonly email: string | null;
    readonly userId: string | null;
  };
  readonly places: readonly { readonly kind: string; readonly rows: string; readonly status: string }[];
}

/** Whom a plan is about, and how much there is. */
export function PlanHead({ plan, places }: PlanHeadProps): ReactElement {
  const { subject, requestId, createdAt, digest, email, userId } = plan;
  const person = [...subject.map(({ table, value }) => `${table} ${value}`), email, userId && `user ${userId}`];
  const momentOf = useMoments();
  const rows = places.filter(({ kind }) => kind === 'rows');
  const count = rows.reduce((sum, place) => sum + BigInt(place.rows), 0n);
  const tasks = places.filter(({ kind }) => kind === 'task');
  const open = tasks.filter(({ status }) => status === 'waiting');
  return (
    <dl className="facts">
      <div>
        <dt>Person</dt>
        <dd>{person.filter((one) => one !== null).join(', ')}</dd>
      </div>
      <div>
        <dt>Found</dt>
        <dd>
          {count.toLocaleString()} rows in {rows.length} tables; {tasks.length} places to look up by hand, {open.length}{' '}
          of them open
        </dd>
      </div>
      <div>
        <dt>Planned</dt>
        <dd>{momentOf(createdAt)}</dd>
      </div>
      <div>
        <dt>Answers</dt>
        <dd>{requestId ? <Link href={`/requests/${requestId}`}>this privacy request</Link> : 'no privacy request'}</dd>
      </div>
      <div>
        <dt>Digest</dt>
        <dd>
          <code>{digest}</code>
        </dd>
      </div>
    </dl>
  );
}
