import { useState, type ReactElement } from 'react';
import type { Access, AccessLink } from '../api/contract.js';
import { may } from '../api/may.js';
import { useMe } from '../api/use-api.js';
import { ActionDialog, type Action } from '../ui/action-dialog.js';
import { sentence } from '../words/words.js';

const RELEASE: Action<'releaseAccess'> = {
  operation: 'releaseAccess',
  label: 'Release',
  explains:
    'Makes a link and a code with which the person fetches the copy, once. An earlier link ends. Both are shown to you one time only.',
  done: 'The copy is released',
  isMain: true,
  fields: [
    {
      name: 'validHours',
      label: 'Hours that the link works',
      kind: 'text',
      initial: '120',
      maxLength: 3,
      hint: '1 to 720.',
    },
  ],
  inputOf: ({ validHours }) => ({ validHours: Number(validHours) }),
};

interface ReviewProps {
  readonly copy: Access;
  readonly onReleased: (link: AccessLink) => void;
}

/** The last look before somebody gets a copy: which columns stay out, besides those that never go. */
export function Review({ copy: { id, places }, onReleased }: ReviewProps): ReactElement {
  const { tenant } = useMe();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const tables = places.filter(({ kind, columns }) => kind === 'rows' && columns.length > 0);
  const withhold = tables
    .map(({ place, columns }) => ({
      table: place,
      columns: columns.map(({ name }) => name).filter((name) => left.has(keyOf(place, name))),
    }))
    .filter(({ columns }) => columns.length > 0);
  return (
    <section aria-labelledby="review">
      <h2 id="review">Review</h2>
      <p>
        Tick what must not be given, for example notes in which others are named. Values that can point to other people,
        and secrets, are left out already.
      </p>
      {tables.map(({ position, place, columns, withheld }) => (
        <fieldset key={position}>
          <legend>{place}</legend>
          {columns.map(({ name, classification }) => {
            const isOut = withheld.includes(name) || classification === 'secret';
            const key = keyOf(place, name);
            return (
              <label key={name} className="check">
                <input
                  type="checkbox"
                  disabled={isOut}
                  checked={isOut || left.has(key)}
                  onChange={() => setLeft(left.symmetricDifference(new Set([key])))}
                />
                <span>
                  Leave out {name}{' '}
                  <span className="aside">
                    ({sentence(classification).toLowerCase()}
                    {isOut ? ', always left out' : ''})
                  </span>
                </span>
              </label>
            );
          })}
        </fieldset>
      ))}
      {may(tenant?.role, 'releaseAccess') ? (
        <ActionDialog action={RELEASE} input={{ accessId: id, withhold }} onDone={onReleased} />
      ) : (
        <p>Owners, admins and compliance staff release copies.</p>
      )}
    </section>
  );
}

function keyOf(table: string, column: string): string {
  return `${table}.${column}`;
}
