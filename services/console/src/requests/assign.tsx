import { useState, type FormEvent, type ReactElement } from 'react';
import { useAct, useMe } from '../api/use-api.js';
import { useMembers } from '../desk/members.js';
import { useAnnounce } from '../ui/announce.js';
import { ProblemNote } from '../ui/problem-note.js';

const NOBODY = 'nobody';
/** As many as one call of the API takes. */
const MOST = 100;

interface AssignProps {
  readonly requestIds: readonly string[];
  /** What is given: “Give … to”. */
  readonly what: string;
  readonly onDone?: () => void;
}

/** Gives requests to somebody, many at once. */
export function Assign({ requestIds, what, onDone }: AssignProps): ReactElement {
  const { id: me } = useMe();
  const { staff, nameOf } = useMembers();
  const [to, setTo] = useState(me);
  const act = useAct('assignPrivacyRequests');
  const announce = useAnnounce();
  const count = requestIds.length;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const assigneeId = to === NOBODY ? null : to;
    act.mutate(
      { requestIds, assigneeId },
      {
        onSuccess: ({ changed }) => {
          announce(`${changed === 1 ? '1 request' : `${changed} requests`} given to ${nameOf(assigneeId)}`);
          onDone?.();
        },
      },
    );
  };
  return (
    <form className="assign" onSubmit={submit} aria-label="Assign">
      <label>
        <span>Give {what} to</span>
        <select value={to} onChange={(event) => setTo(event.target.value)}>
          <option value={me}>me</option>
          {staff
            .filter(({ userId }) => userId !== me)
            .map(({ userId, name, email }) => (
              <option key={userId} value={userId}>
                {name ?? email}
              </option>
            ))}
          <option value={NOBODY}>nobody</option>
        </select>
      </label>
      <button type="submit" className="quiet" disabled={count === 0 || count > MOST || act.isPending}>
        Assign
      </button>
      {count > MOST && <span className="aside">at most {MOST} at once</span>}
      <ProblemNote error={act.error} about="Nothing was assigned" />
    </form>
  );
}
