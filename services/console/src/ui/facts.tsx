import type { ReactElement } from 'react';

/** What a thing is, by name; null where there is nothing to tell. */
export type Fact = readonly [name: string, value: string | null];

/** Facts as entries of a description list: `<dl>` is around them. */
export function FactEntries({ facts }: { readonly facts: readonly Fact[] }): ReactElement[] {
  return facts
    .filter(([, value]) => value)
    .map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd className="words">{value}</dd>
      </div>
    ));
}
