import type { ReactElement } from 'react';
import { useSearchParams } from 'wouter';
import type { Input } from '../api/call.js';
import { sentence } from '../words/words.js';
import { FINDINGS, KINDS } from './item-words.js';

type Filter = Omit<Input<'listAccessReviewItems'>, 'reviewId'>;

const CHOICES = [
  { name: 'kind', label: 'Kind', none: 'All', options: KINDS },
  { name: 'finding', label: 'Finding', none: 'Whatever', options: { any: 'Anything remarkable', ...FINDINGS } },
  {
    ...{ name: 'decision', label: 'Decision', none: 'Whatever' },
    options: { none: 'Undecided', keep: 'Stays', revoke: 'Goes', change_role: 'Gets another role' },
  },
  {
    ...{ name: 'execution', label: 'Carried out', none: 'Whatever' },
    options: { waiting: 'Waiting', proving: 'Being proven', done: 'Done', refused: 'Refused' },
  },
] as const;

/** Which accesses are shown: part of the page's address, so that it can be kept and sent. */
export function useItemFilter(): Filter {
  const [params] = useSearchParams();
  const chosen = CHOICES.map(({ name }) => [name, params.get(name) ?? undefined]);
  return Object.fromEntries(chosen) as Filter;
}

/** The controls that narrow the list. */
export function ItemFilters(): ReactElement {
  const [params, setParams] = useSearchParams();
  const set = (name: string, value: string): void => {
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (value === '') after.delete(name);
      else after.set(name, value);
      return after;
    });
  };
  return (
    <search className="filters" aria-label="Filter accesses">
      {CHOICES.map(({ name, label, none, options }) => (
        <label key={name}>
          <span>{label}</span>
          <select value={params.get(name) ?? ''} onChange={(event) => set(name, event.target.value)}>
            <option value="">{none}</option>
            {Object.entries(options).map(([value, text]) => (
              <option key={value} value={value}>
                {sentence(text)}
              </option>
            ))}
          </select>
        </label>
      ))}
    </search>
  );
}
