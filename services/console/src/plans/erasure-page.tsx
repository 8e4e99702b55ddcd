import type { ReactElement } from 'react';
import { Link, useLocation } from 'wouter';
import type { Erasure } from '../api/contract.js';
import { useRead } from '../api/use-api.js';
import { ActionDialog, type Action } from '../ui/action-dialog.js';
import { Badge, Loading, PageHeading, type Tone } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';
import { Wide } from '../ui/wide.js';
import { sentence } from '../words/words.js';
import { Approval } from './approval.js';
import { Certificate } from './certificate.js';
import { PlanHead } from './plan-head.js';
import { Tasks } from './tasks.js';

const LOOK_AGAIN_MS = 1_000;
const MOVING = ['approved', 'erasing', 'certifying', 'held'];

/** An erasure: what happens where, who agreed, and what shows that it was done. */
export function ErasurePage({ id }: { readonly id: string }): ReactElement {
  const moving = (one: Erasure | undefined): number | false =>
    one && MOVING.includes(one.status) ? LOOK_AGAIN_MS : false;
  const { data: erasure, error } = useRead('getErasure', { erasureId: id }, moving);
  return (
    <>
      <PageHeading title="Erasure of a person’s data">
        {erasure && <Badge tone={toneOf(erasure.status)}>{sentence(erasure.status)}</Badge>}
      </PageHeading>
      <ProblemNote error={error} about="The erasure can not be shown" />
      {!erasure && !error && <Loading what="the erasure" />}
      {erasure && (
        <>
          <PlanHead plan={erasure} places={erasure.places} />
          {erasure.problem && (
            <div className="note warn">
              <p>{erasure.problem}</p>
              {erasure.status === 'held' && (
                <p>
                  It goes on by itself within seconds when the hold is released. <Link href="/holds">Legal holds</Link>
                </p>
              )}
            </div>
          )}
          <Approval erasure={erasure} />
          {erasure.status === 'done' && <Certificate erasureId={id} />}
          <Places erasure={erasure} />
          <Tasks kind="erasure" planId={id} places={erasure.places} />
        </>
      )}
      <Link href="/plans">All copies and erasures</Link>
    </>
  );
}

function toneOf(status: string): Tone {
  if (status === 'done') return 'good';
  return status === 'held' ? 'warn' : 'calm';
}

const ACTIONS: Readonly<Record<string, string>> = {
  delete: 'Rows are deleted',
  mask: 'Rows stay without anything about the person',
  keep: 'Rows are kept',
  unlink: 'The reference to the person is removed',
  manual: 'Somebody has to choose',
};

function Places({ erasure }: { readonly erasure: Erasure }): ReactElement {
  const found = erasure.places.filter(({ kind }) => kind !== 'task');
  return (
    <section aria-labelledby="places">
      <h2 id="places">What happens where</h2>
      <Wide what="Places">
        <thead>
          <tr>
            <th scope="col">Table</th>
            <th scope="col" className="number">
              Rows
            </th>
            <th scope="col">What happens</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {found.map(({ position, place, rows, action, reason }) => (
            <tr key={position}>
              <th scope="row">{place}</th>
              <td className="number">{rows}</td>
              <td>{ACTIONS[action] ?? sentence(action)}</td>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </Wide>
      {erasure.status === 'planned' && <PlanAgain erasure={erasure} />}
    </section>
  );
}

/** The same person again, with other choices: a plan that was looked at never changes. */
function PlanAgain({ erasure }: { readonly erasure: Erasure }): ReactElement | null {
  const { subject, requestId, email, userId, places } = erasure;
  const [, navigate] = useLocation();
  const tables = places.filter(({ kind }) => kind === 'rows').map(({ place }) => place);
  if (tables.length === 0) return null;
  const action: Action<'planErasure'> = {
    operation: 'planErasure',
    label: 'Plan it again with other choices',
    explains: 'Makes another plan; this one stays as it is. Tables for which nothing is chosen follow the data map.',
    done: 'The erasure is planned again',
    fields: tables.flatMap((table) => [
      {
        ...{ name: `action ${table}`, label: `${table}: what happens`, kind: 'choice', isOptional: true },
        options: ['delete', 'mask', 'keep'].map((value) => ({ value, label: ACTIONS[value] ?? value })),
      },
      { name: `reason ${table}`, label: `${table}: the duty to keep`, kind: 'text', isOptional: true, maxLength: 500 },
    ]),
    inputOf: (values) => ({
      choices: tables
        .filter((table) => values[`action ${table}`])
        .map((table) => ({ table, action: values[`action ${table}`], reason: values[`reason ${table}`] ?? null })),
    }),
  };
  const input = { subject, requestId, email, userId };
  return <ActionDialog action={action} input={input} onDone={({ id }) => navigate(`/erasures/${id}`)} />;
}
