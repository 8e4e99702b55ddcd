import { join, raw, sql, type Sql } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { blindName } from '../../encryption/blind-column.js';
import { type ColumnType, parseColumnType } from '../../tables/column-type.js';
import { acceptsText, expected } from '../../tables/column-value.js';
import { columnOf } from '../../tables/table-definition.js';
import type { BlindCondition, Comparison, Condition, IsWord, KeysCondition, OrderTerm } from '../query/query.js';
import { notSupported } from '../query/scanner.js';
import type { Scope } from './scope.js';

/** What is null when nothing is embedded under a name; undefined for a name under which nothing could be. */
export type Presence = (name: string) => Sql | undefined;

const NOTHING_EMBEDDED: Presence = () => undefined;

const operators: Readonly<Record<Comparison, Sql>> = {
  eq: raw('='),
  neq: raw('<>'),
  gt: raw('>'),
  gte: raw('>='),
  lt: raw('<'),
  lte: raw('<='),
  like: raw('like'),
  ilike: raw('ilike'),
};

const isWords: Readonly<Record<IsWord, Sql>> = {
  null: raw('is null'),
  not_null: raw('is not null'),
  true: raw('is true'),
  false: raw('is false'),
  unknown: raw('is unknown'),
};

/** Conditions that must all hold. Values are bound; names are those of the catalog. @throws Fault */
export function printConditions(
  conditions: readonly Condition[],
  scope: Scope,
  presence: Presence = NOTHING_EMBEDDED,
): Sql[] {
  return conditions.map((condition) => printCondition(condition, scope, presence));
}

function printCondition(condition: Condition, scope: Scope, presence: Presence): Sql {
  const positive = printPositive(condition, scope, presence);
  return condition.negated ? sql`not (${positive})` : positive;
}

function printPositive(condition: Condition, scope: Scope, presence: Presence): Sql {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return sql`(${join(printConditions(condition.conditions, scope, presence), ` ${condition.kind} `)})`;
    case 'is':
      return printIs(condition.column, condition.word, scope, presence);
    case 'in':
      return printIn(condition.column, condition.values, scope);
    case 'blind':
      return printBlind(condition, scope);
    case 'keys':
      return printKeysCondition(condition, scope);
    case 'compare':
      return printComparison(condition.column, condition.operator, condition.value, scope);
  }
}

function printIs(name: string, word: IsWord, scope: Scope, presence: Presence): Sql {
  const embedded = word === 'null' || word === 'not_null' ? presence(name) : undefined;
  if (embedded) {
    return sql`${embedded} ${isWords[word]}`;
  }
  // Whether there is a value at all is not hidden by encryption.
  const column = scope.column(name, name);
  if (word !== 'null' && word !== 'not_null' && parseColumnType(column.type).family !== 'boolean') {
    throw new Fault('invalid-input', { field: name, detail: `${name} is ${column.type}, so it is never ${word}` });
  }
  return sql`${scope.sql(name)} ${isWords[word]}`;
}

function comparableType(name: string, scope: Scope): ColumnType {
  return parseColumnType(scope.comparable(name, name).type);
}

function checkValue(name: string, type: ColumnType, value: string): string {
  if (!acceptsText(type, value)) {
    throw new Fault('invalid-input', {
      field: name,
      detail: `${name} is compared with ${expected[type.family]}`,
      extra: { code: '22P02' },
    });
  }
  return value;
}

function printIn(name: string, values: readonly string[], scope: Scope): Sql {
  const type = comparableType(name, scope);
  if (type.array) {
    throw notSupported(name, 'The operator in on an array');
  }
  const list = values.map((value) => checkValue(name, type, value));
  return sql`${scope.sql(name)} = any(${list}::${raw(comparableSql(type))}[])`;
}

/** One value is the usual case, and planned faster than a list of one. */
function printBlind({ column, indexes }: BlindCondition, scope: Scope): Sql {
  const stored = scope.sql(blindName(column));
  return indexes.length === 1 ? sql`${stored} = ${indexes[0]}` : sql`${stored} = any(${indexes}::integer[])`;
}

/** As comparing with null is unknown, so is this for a row without a value. */
function printKeysCondition({ column, keys }: KeysCondition, scope: Scope): Sql {
  const { definition } = scope.table;
  const names = join(
    definition.primaryKey.map((name) => scope.sql(name)),
    ', ',
  );
  const lists = definition.primaryKey.map((name, index) => {
    const type = comparableSql(parseColumnType(columnOf(definition, name)!.type));
    return sql`${keys.map((key) => key[index]!)}::${raw(type)}[]`;
  });
  return sql`case when ${scope.sql(column)} is not null then (${names}) in (select * from unnest(${join(lists, ', ')})) end`;
}

function printComparison(name: string, operator: Comparison, value: string, scope: Scope): Sql {
  const type = comparableType(name, scope);
  if (operator === 'like' || operator === 'ilike') {
    // Dates and numbers are matched by their text; `*` is how a client writes % in an address.
    return sql`${scope.sql(name)}::text ${operators[operator]} ${value.replaceAll('*', '%')}`;
  }
  return sql`${scope.sql(name)} ${operators[operator]} ${checkValue(name, type, value)}::${raw(comparableSql(type))}`;
}

/** A bound value is compared as the column's type without its length, so that a longer text is unequal, not cut. */
function comparableSql(type: ColumnType): string {
  return type.sql.replace(/\(.*\)/, '').replace(/^char\b/, 'bpchar');
}

/** The terms of `order by`. */
export function printOrder(terms: readonly OrderTerm[], scope: Scope): Sql[] {
  return terms.map(({ column, descending, nulls }) => {
    scope.comparable(column, 'order');
    return sql`${scope.sql(column)}${raw(descending ? ' desc' : '')}${raw(nulls === null ? '' : ` nulls ${nulls}`)}`;
  });
}
