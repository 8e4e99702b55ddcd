import type { ReactElement } from 'react';

/** Rows of a table that something is to be done with, by id. */
interface Choosing {
  readonly chosen: ReadonlySet<string>;
  readonly choose: (ids: ReadonlySet<string>) => void;
}

/** The box in a table's head: all that are shown and can be chosen, or none. */
export function ChooseAll({ ids, chosen, choose }: Choosing & { readonly ids: readonly string[] }): ReactElement {
  const areAll = ids.length > 0 && ids.every((id) => chosen.has(id));
  return (
    <input
      type="checkbox"
      aria-label="Choose all that are shown"
      checked={areAll}
      disabled={ids.length === 0}
      onChange={() => choose(new Set(areAll ? [] : ids))}
    />
  );
}

/** The box of one row. */
export function ChooseOne(props: Choosing & { readonly id: string; readonly name: string }): ReactElement {
  const { id, name, chosen, choose } = props;
  return (
    <input
      type="checkbox"
      aria-label={`Choose ${name}`}
      checked={chosen.has(id)}
      onChange={() => choose(chosen.symmetricDifference(new Set([id])))}
    />
  );
}
