import type { ReactElement } from 'react';
import type { Erasure } from '../api/contract.js';
import { may } from '../api/may.js';
import { useMe } from '../api/use-api.js';
import { useMembers } from '../desk/members.js';
import { ActionDialog, type Action } from '../ui/action-dialog.js';

/** Who planned an erasure, who may approve it, and the approval itself: it takes two people. */
export function Approval({ erasure }: { readonly erasure: Erasure }): ReactElement {
  const { plannedBy, approvedBy, status } = erasure;
  const { nameOf } = useMembers();
  return (
    <section aria-labelledby="approval">
      <h2 id="approval">Two people</h2>
      <p>
        Planned by {nameOf(plannedBy)}. {approvedBy !== null && `Approved by ${nameOf(approvedBy)}.`}
      </p>
      {status === 'planned' && <MayApprove erasure={erasure} />}
    </section>
  );
}

function MayApprove({ erasure }: { readonly erasure: Erasure }): ReactElement {
  const { id, digest, plannedBy, places } = erasure;
  const { id: me, tenant } = useMe();
  const { approvers } = useMembers();
  if (plannedBy === me || !may(tenant?.role, 'approveErasure')) {
    const others = approvers.filter(({ userId }) => userId !== plannedBy).map(({ name, email }) => name ?? email);
    const who =
      others.length > 0 ? others.join(', ') : 'nobody yet; add a member with the role owner, admin or compliance';
    return (
      <p className="note">
        {plannedBy === me ? 'You planned it, so somebody else approves it' : 'Your role does not approve erasures'}. Who
        may: {who}.
      </p>
    );
  }
  const gone = places.filter(({ kind, action }) => kind === 'rows' && action !== 'keep');
  const rows = gone.reduce((sum, place) => sum + BigInt(place.rows), 0n);
  const action: Action<'approveErasure'> = {
    operation: 'approveErasure',
    label: 'Approve and erase',
    explains: `${rows.toLocaleString()} rows in ${gone.length} tables are erased within seconds. This can not be undone; a legal hold stops it.`,
    done: 'The erasure is approved',
    isDangerous: true,
    fields: [{ name: 'looked', label: 'I have looked at the plan below', kind: 'check', isOptional: false }],
    inputOf: () => ({}),
  };
  return <ActionDialog action={action} input={{ erasureId: id, digest }} />;
}
