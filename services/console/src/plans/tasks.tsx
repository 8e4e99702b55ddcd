import type { ReactElement } from 'react';
import { ActionDialog, type Action } from '../ui/action-dialog.js';
import { Badge } from '../ui/page.js';

interface TasksProps {
  readonly kind: 'access' | 'erasure';
  readonly planId: string;
  readonly places: readonly {
    readonly position: number;
    readonly service: string;
    readonly place: string;
    readonly kind: string;
    readonly status: string;
    readonly reason: string | null;
  }[];
}

const FOUND: Action<'completeAccessTask'> = {
  operation: 'completeAccessTask',
  label: 'Record what was found',
  explains: 'What you write is part of the copy that the person gets.',
  done: 'The finding was recorded',
  fields: [{ name: 'finding', label: 'What was searched, how, and what there was', kind: 'long', maxLength: 4000 }],
};
const CLEARED: Action<'completeErasureTask'> = {
  operation: 'completeErasureTask',
  label: 'Record what was removed',
  explains: 'It stays with the erasure, sealed, and is not in the certificate.',
  done: 'The task is done',
  fields: [{ name: 'finding', label: 'What was looked for, and what was removed', kind: 'long', maxLength: 4000 }],
};

/** What nobody but people can look up: neither a copy nor a certificate is given while one of these is open. */
export function Tasks({ kind, planId, places }: TasksProps): ReactElement | null {
  const tasks = places.filter((place) => place.kind === 'task');
  if (tasks.length === 0) return null;
  return (
    <section aria-labelledby="tasks">
      <h2 id="tasks">To look up by hand</h2>
      <ul className="tasks">
        {tasks.map(({ position, service, place, status, reason }) => (
          <li key={position}>
            <p>
              <strong>{place}</strong> in {service}{' '}
              <Badge tone={status === 'done' ? 'good' : 'warn'}>{status === 'done' ? 'done' : 'open'}</Badge>
            </p>
            {reason && <p className="aside">{reason}</p>}
            {status === 'waiting' &&
              (kind === 'access' ? (
                <ActionDialog action={named(FOUND, place)} input={{ accessId: planId, position }} />
              ) : (
                <ActionDialog action={named(CLEARED, place)} input={{ erasureId: planId, position }} />
              ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The same action, with a button that says where: many of them stand on one page. */
function named<A extends Action>(action: A, place: string): A {
  return { ...action, label: `${action.label}: ${place}` };
}
