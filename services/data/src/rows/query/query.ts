/** A request to the row API after parsing: what was asked, before anything is known about the tables. */
export interface RowsQuery {
  readonly select: readonly SelectItem[];
  /** What narrows the table (path ``) and each embedded one (its aliases or names, joined by dots). */
  readonly levels: ReadonlyMap<string, Level>;
  /** The columns that an insert takes from the body, if it says. */
  readonly columns: readonly string[] | null;
  /** The key that an upsert goes by, if it says. */
  readonly onConflict: readonly string[] | null;
}

/** Filters, order and page of one table of the query. */
export interface Level {
  readonly conditions: readonly Condition[];
  readonly order: readonly OrderTerm[];
  readonly limit: number | null;
  readonly offset: number | null;
}

export type SelectItem = SelectAll | SelectColumn | SelectEmbed;

/** `*` */
export interface SelectAll {
  readonly kind: 'all';
}

/** `alias:name::cast` */
export interface SelectColumn {
  readonly kind: 'column';
  readonly name: string;
  readonly alias: string | null;
  readonly cast: string | null;
}

/** `alias:target!hint!inner(…)` */
export interface SelectEmbed {
  readonly kind: 'embed';
  readonly target: string;
  readonly alias: string | null;
  readonly hint: string | null;
  readonly inner: boolean;
  readonly select: readonly SelectItem[];
}

export type Comparison = 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'like' | 'ilike';
export type IsWord = 'null' | 'not_null' | 'true' | 'false' | 'unknown';

export type Condition =
  | {
      readonly kind: 'compare';
      readonly column: string;
      readonly operator: Comparison;
      readonly value: string;
      readonly negated: boolean;
    }
  | { readonly kind: 'in'; readonly column: string; readonly values: readonly string[]; readonly negated: boolean }
  | BlindCondition
  | KeysCondition
  | { readonly kind: 'is'; readonly column: string; readonly word: IsWord; readonly negated: boolean }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[]; readonly negated: boolean };

/** Made of a condition on a searchable encrypted column: rows with one of these blind indexes. */
export interface BlindCondition {
  readonly kind: 'blind';
  readonly column: string;
  readonly indexes: readonly number[];
  readonly negated: boolean;
}

/** Made of such a condition once values were opened: rows with one of these primary keys, unknown where there is no value. */
export interface KeysCondition {
  readonly kind: 'keys';
  readonly column: string;
  readonly keys: readonly (readonly string[])[];
  readonly negated: boolean;
}

export interface OrderTerm {
  readonly column: string;
  readonly descending: boolean;
  readonly nulls: 'first' | 'last' | null;
}

/** The level of a table that the query says nothing about. */
export const EMPTY_LEVEL: Level = { conditions: [], order: [], limit: null, offset: null };

/** Limits that keep a query from costing more than a query should. */
export const queryLimits = {
  /** Embedded tables one inside the other. */
  embedDepth: 5,
  embeds: 20,
  selectItems: 400,
  conditions: 200,
  conditionDepth: 10,
  orderTerms: 20,
  inValues: 5_000,
} as const;
