import type { ReactElement } from 'react';
import { useSearchParams } from 'wouter';
import type { LegalHold } from '../api/contract.js';
import { may } from '../api/may.js';
import { useMe, usePages } from '../api/use-api.js';
import { useMembers } from '../desk/members.js';
import { useMoments } from '../desk/moments.js';
import { ActionDialog, type Action } from '../ui/action-dialog.js';
import { Loading, MoreButton, PageHeading } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';

const PLACE: Action<'placeLegalHold'> = {
  operation: 'placeLegalHold',
  label: 'Place a hold',
  explains:
    'From now on no erasure touches what it is about, until somebody else than you releases it. Give an address, or a table.',
  done: 'The hold is in force',
  isMain: true,
  fields: [
    { name: 'name', label: 'Name of the matter', kind: 'text', maxLength: 120 },
    { name: 'reason', label: 'Reason', kind: 'long', maxLength: 2000 },
    { name: 'subjectEmail', label: 'E-mail address of the person', kind: 'email', isOptional: true, maxLength: 254 },
    { name: 'table', label: 'Table', kind: 'text', isOptional: true, maxLength: 63 },
    {
      name: 'subjectKey',
      label: 'Row of the table',
      kind: 'text',
      isOptional: true,
      maxLength: 200,
      hint: 'Empty: the whole table is held.',
    },
  ],
};
const RELEASE: Action<'releaseLegalHold'> = {
  operation: 'releaseLegalHold',
  label: 'Release',
  explains: 'Erasures that waited for it go on within seconds, and can not be undone.',
  done: 'The hold is released',
  isDangerous: true,
  fields: [{ name: 'reason', label: 'Reason', kind: 'long', maxLength: 2000 }],
};

/** What must be kept although somebody asks for its erasure. */
export function HoldList(): ReactElement {
  const [params, setParams] = useSearchParams();
  const { tenant } = useMe();
  const isReleased = params.get('show') === 'released';
  const pages = usePages('listLegalHolds', { active: !isReleased });
  return (
    <>
      <PageHeading title="Legal holds">
        {may(tenant?.role, 'placeLegalHold') && <ActionDialog action={PLACE} input={{}} />}
      </PageHeading>
      <search className="filters" aria-label="Filter holds">
        <label>
          <span>Show</span>
          <select
            value={isReleased ? 'released' : ''}
            onChange={(event) => setParams(event.target.value === '' ? {} : { show: 'released' })}
          >
            <option value="">In force</option>
            <option value="released">Released</option>
          </select>
        </label>
      </search>
      <ProblemNote error={pages.error} about="The holds can not be shown" />
      {!pages.items && !pages.error && <Loading what="the holds" />}
      {pages.items?.length === 0 && <p className="empty">{isReleased ? 'None was released.' : 'Nothing is held.'}</p>}
      <ul className="cards">
        {pages.items?.map((hold) => (
          <Hold key={hold.id} hold={hold} />
        ))}
      </ul>
      <MoreButton pages={pages} what="holds" />
    </>
  );
}

function Hold({ hold }: { readonly hold: LegalHold }): ReactElement {
  const momentOf = useMoments();
  const { nameOf } = useMembers();
  const { name, reason, placedBy, placedAt, releasedBy, releasedAt, releaseReason } = hold;
  return (
    <li>
      <h2>{name}</h2>
      <p>{aboutOf(hold)}</p>
      <p className="words">{reason}</p>
      <p className="aside">
        Placed by {nameOf(placedBy)}, {momentOf(placedAt)}
        {releasedAt !== null && `. Released by ${nameOf(releasedBy)}, ${momentOf(releasedAt)}: ${releaseReason ?? ''}`}
      </p>
      {releasedAt === null && <Release hold={hold} />}
    </li>
  );
}

function aboutOf({ subjectEmail, table, subjectKey }: LegalHold): string {
  const person = subjectEmail === null ? [] : [`everything about ${subjectEmail}`];
  const rows =
    table === null
      ? []
      : [subjectKey === null ? `the whole table ${table}` : `row ${subjectKey} of ${table} and what belongs to it`];
  return `Keeps ${[...person, ...rows].join(', and ')}`;
}

function Release({ hold: { id, name, placedBy } }: { readonly hold: LegalHold }): ReactElement | null {
  const { id: me, tenant } = useMe();
  const { approvers } = useMembers();
  if (placedBy === me) {
    const others = approvers.filter(({ userId }) => userId !== me).map((one) => one.name ?? one.email);
    return (
      <p className="aside">
        You placed it, so somebody else releases it: {others.join(', ') || 'nobody else may yet'}.
      </p>
    );
  }
  if (!may(tenant?.role, 'releaseLegalHold')) return null;
  return <ActionDialog action={{ ...RELEASE, label: `Release ${name}` }} input={{ holdId: id }} />;
}
