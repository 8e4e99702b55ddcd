import type { ReactElement } from 'react';
import type { AccessReviewItem } from '../api/contract.js';
import { useMembers } from '../desk/members.js';
import { useMoments } from '../desk/moments.js';
import { ChooseAll, ChooseOne } from '../ui/choosing.js';
import { Badge } from '../ui/page.js';
import { saveAs } from '../ui/save-as.js';
import { Wide } from '../ui/wide.js';
import { sentence } from '../words/words.js';
import { BARRED, FINDINGS, KINDS, OF_THE_PLATFORM, OUTCOMES } from './item-words.js';

interface ItemTableProps {
  readonly items: readonly AccessReviewItem[];
  readonly chosen: ReadonlySet<string>;
  /** Null where nothing is to be chosen. */
  readonly choose: ((ids: ReadonlySet<string>) => void) | null;
  readonly isOpen: (item: AccessReviewItem) => boolean;
}

/** Accesses as a table: who, what, given by whom, what is remarkable, and what was decided. */
export function ItemTable({ items, chosen, choose, isOpen }: ItemTableProps): ReactElement {
  if (items.length === 0) return <p className="empty">No access is like that.</p>;
  return (
    <Wide what="Accesses">
      <thead>
        <tr>
          {choose && (
            <th scope="col">
              <ChooseAll ids={items.filter(isOpen).map(({ id }) => id)} chosen={chosen} choose={choose} />
            </th>
          )}
          <th scope="col">Who</th>
          <th scope="col">May</th>
          <th scope="col">Given by</th>
          <th scope="col">Remarkable</th>
          <th scope="col">Decision</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.id}>
            {choose && (
              <td>
                {isOpen(item) && <ChooseOne id={item.id} name={nameOfItem(item)} chosen={chosen} choose={choose} />}
              </td>
            )}
            <Row item={item} />
          </tr>
        ))}
      </tbody>
    </Wide>
  );
}

/** What an access is called. */
function nameOfItem({ kind, name, email, accessId }: AccessReviewItem): string {
  const known = KINDS[kind as keyof typeof KINDS] ?? sentence(kind);
  return `${known} ${name ?? email ?? `…${accessId.slice(-6)}`}`;
}

function Row({ item }: { readonly item: AccessReviewItem }): ReactElement {
  const momentOf = useMoments();
  const { nameOf } = useMembers();
  const { email, name, role, permissions, holderId, grantedBy, grantedAt, findings, previousRole, rosterRole } = item;
  const due = rosterRole ?? previousRole;
  return (
    <>
      <th scope="row">
        {nameOfItem(item)}
        {name !== null && email !== null && <div className="aside">{email}</div>}
        {OF_THE_PLATFORM.includes(item.kind) && (
          <div className="aside">
            {holderId === null ? 'any of the platform’s staff' : `the platform’s staff ${holderId}`}
          </div>
        )}
      </th>
      <td>{role === null ? permissions.join(', ') : sentence(role)}</td>
      <td>
        {grantedBy === null ? 'not known' : item.kind === 'break_glass' ? 'themselves' : nameOf(grantedBy)}
        <div className="aside">{momentOf(grantedAt)}</div>
      </td>
      <td>
        {findings.map((finding) => (
          <div key={finding}>
            <Badge tone={finding === 'new' ? 'calm' : 'warn'}>
              {FINDINGS[finding as keyof typeof FINDINGS] ?? sentence(finding)}
            </Badge>
            {finding === 'role_drift' && due !== null && ` than ${due}`}
          </div>
        ))}
      </td>
      <td>
        <Decided item={item} />
      </td>
    </>
  );
}

const DECISIONS: Readonly<Record<string, string>> = { keep: 'Stays', revoke: 'Goes', change_role: 'Becomes' };

function Decided({ item }: { readonly item: AccessReviewItem }): ReactElement {
  const { nameOf } = useMembers();
  const { barred, decision, newRole, reason, decidedBy, execution, problem, evidence } = item;
  if (decision === null)
    return <>{barred === null ? 'undecided' : `somebody else decides: ${BARRED[barred] ?? barred}`}</>;
  return (
    <>
      {DECISIONS[decision] ?? sentence(decision)} {newRole}
      <div className="aside">
        {nameOf(decidedBy)}
        {reason !== null && `: ${reason}`}
      </div>
      {execution === 'refused' && <Badge tone="bad">{problem ?? 'Refused'}</Badge>}
      {(execution === 'waiting' || execution === 'proving') && <Badge tone="calm">being carried out</Badge>}
      {evidence !== null && execution === 'done' && <Evidence item={item} />}
    </>
  );
}

function Evidence({ item: { accessId, evidence } }: { readonly item: AccessReviewItem }): ReactElement | null {
  const momentOf = useMoments();
  if (evidence === null) return null;
  const save = (): void => {
    const text = JSON.stringify({ accessId, ...evidence }, null, 2);
    saveAs(new Blob([text], { type: 'application/json' }), `access-${accessId}.json`);
  };
  return (
    <>
      <Badge tone="good">
        {OUTCOMES[evidence.outcome] ?? evidence.outcome} {momentOf(evidence.seenGoneAt)}
      </Badge>
      {evidence.sequence !== null && (
        <div className="aside">
          Entry {evidence.sequence} of the audit log{' '}
          <button type="button" className="quiet" onClick={save} aria-label={`Save the proof for ${accessId}`}>
            Save the proof
          </button>
        </div>
      )}
    </>
  );
}
