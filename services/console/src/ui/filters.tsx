import type { ReactElement } from 'react';
import { useSearchParams } from 'wouter';

/** One thing that a list is narrowed by, kept in the page's address under its name. */
export interface FilterChoice {
  readonly name: string;
  readonly label: string;
  /** What the list shows when nothing is chosen. */
  readonly none: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/** What the page's address narrows a list by, so that it can be kept and sent. */
export function useFilterParams(): {
  get(name: string): string | undefined;
  /** An empty value takes it away. */
  set(name: string, value: string): void;
} {
  const [params, setParams] = useSearchParams();
  const set = (name: string, value: string): void => {
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (value === '') after.delete(name);
      else after.set(name, value);
      return after;
    });
  };
  return { get: (name) => params.get(name) ?? undefined, set };
}

/** A select for each choice. */
export function FilterSelects({ choices }: { readonly choices: readonly FilterChoice[] }): ReactElement[] {
  const { get, set } = useFilterParams();
  return choices.map(({ name, label, none, options }) => (
    <label key={name}>
      <span>{label}</span>
      <select value={get(name) ?? ''} onChange={(event) => set(name, event.target.value)}>
        <option value="">{none}</option>
        {options.map(({ value, label: text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  ));
}
