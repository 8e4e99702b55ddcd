import type { ReactElement } from 'react';
import type { Input } from '../api/call.js';
import { FilterSelects, useFilterParams, type FilterChoice } from '../ui/filters.js';
import { sentence } from '../words/words.js';
import { FINDINGS, KINDS } from './item-words.js';

type Filter = Omit<Input<'listAccessReviewItems'>, 'reviewId'>;

const optionsOf = (labels: Readonly<Record<string, string>>): FilterChoice['options'] =>
  Object.entries(labels).map(([value, label]) => ({ value, label: sentence(label) }));

const CHOICES: readonly FilterChoice[] = [
  { name: 'kind', label: 'Kind', none: 'All', options: optionsOf(KINDS) },
  {
    ...{ name: 'finding', label: 'Finding', none: 'Whatever' },
    options: optionsOf({ any: 'Anything remarkable', ...FINDINGS }),
  },
  {
    ...{ name: 'decision', label: 'Decision', none: 'Whatever' },
    options: optionsOf({ none: 'Undecided', keep: 'Stays', revoke: 'Goes', change_role: 'Gets another role' }),
  },
  {
    ...{ name: 'execution', label: 'Carried out', none: 'Whatever' },
    options: optionsOf({ waiting: 'Waiting', proving: 'Being proven', done: 'Done', refused: 'Refused' }),
  },
];

/** Which accesses are shown: part of the page's address. */
export function useItemFilter(): Filter {
  const { get } = useFilterParams();
  return Object.fromEntries(CHOICES.map(({ name }) => [name, get(name)])) as Filter;
}

/** The controls that narrow the list. */
export function ItemFilters(): ReactElement {
  return (
    <search className="filters" aria-label="Filter accesses">
      <FilterSelects choices={CHOICES} />
    </search>
  );
}
