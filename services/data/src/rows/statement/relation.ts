import { Fault } from '@tenantry/kernel';
import type { PlacedTable, Reference, TableSpace } from '../../spaces/table-space.js';
import { type ForeignKey, isKey } from '../../tables/table-definition.js';
import type { SelectEmbed } from '../query/query.js';

/** How an embedded table hangs together with the one around it. */
export interface Relation {
  readonly target: PlacedTable;
  /** Whether there can be several rows, so that they come as an array. */
  readonly many: boolean;
  /** Pairs of columns that are equal: outer first. */
  readonly on: readonly (readonly [string, string])[];
  /** The table in the middle of a many-to-many relation; `on` then leads to it, and this from it to the target. */
  readonly through: { readonly table: PlacedTable; readonly on: readonly (readonly [string, string])[] } | null;
  /** What a hint may say to mean this relation. */
  readonly hints: readonly string[];
}

const zip = (left: readonly string[], right: readonly string[]): (readonly [string, string])[] =>
  left.map((name, index) => [name, right[index]!] as const);

/**
 * Finds the one relation that `target!hint` means, in the way of PostgREST: the target is a table, a foreign key or
 * its column.
 * @throws Fault when there is none, or more than one
 */
export function findRelation(space: TableSpace, outer: PlacedTable, embed: SelectEmbed): Relation {
  const found = candidates(space, outer, embed).filter(
    ({ hints }) => embed.hint === null || hints.includes(embed.hint),
  );
  if (found.length === 1) {
    return found[0]!;
  }
  const between = `${outer.definition.name} and ${embed.target}`;
  if (found.length === 0) {
    throw new Fault('malformed-request', {
      field: 'select',
      detail: `There is no relationship between ${between}${embed.hint === null ? '' : ` by ${embed.hint}`}`,
      extra: { code: 'PGRST200' },
    });
  }
  throw new Fault('malformed-request', {
    field: 'select',
    detail: `There is more than one relationship between ${between}`,
    extra: {
      code: 'PGRST201',
      hint: `Write ${embed.target}!<hint> with one of ${found.map(({ hints }) => hints[0]).join(', ')}`,
    },
  });
}

function candidates(space: TableSpace, outer: PlacedTable, { target, hint }: SelectEmbed): Relation[] {
  const self = outer.definition.name;
  const keys = outer.definition.foreignKeys;
  const incoming = space.referencesTo(self);
  const toOne = keys.filter((key) => names(key).includes(target) || (key.table === target && target !== self));
  const toMany = incoming.filter(
    ({ from, key }) =>
      from.definition.name === target || (key.name === target && target !== self && from.definition.name !== self),
  );
  // A table that refers to itself: its name means the rows that point here, unless the hint is the key pointed at.
  const upward =
    target === self && hint !== null
      ? keys.filter((key) => key.table === self && key.referencedColumns.includes(hint))
      : [];
  return [
    ...[...toOne, ...upward].flatMap((key) => upRelation(space, key)),
    ...(upward.length ? [] : toMany.map(downRelation)),
    ...throughRelations(space, incoming, target),
  ];
}

/** What may stand for a foreign key: its name, or its only column. */
function names({ name, columns }: ForeignKey): string[] {
  return columns.length === 1 ? [name, columns[0]!] : [name];
}

function upRelation(space: TableSpace, key: ForeignKey): Relation[] {
  const target = space.table(key.table);
  return target
    ? [
        {
          target,
          many: false,
          on: zip(key.columns, key.referencedColumns),
          through: null,
          hints: [...names(key), ...key.referencedColumns],
        },
      ]
    : [];
}

function downRelation({ from, key }: Reference): Relation {
  return {
    target: from,
    many: !isKey(from.definition, key.columns),
    on: zip(key.referencedColumns, key.columns),
    through: null,
    hints: names(key),
  };
}

/** Tables in the middle whose primary key is made of a key to here and a key to the target. */
function throughRelations(space: TableSpace, incoming: readonly Reference[], target: string): Relation[] {
  const end = space.table(target);
  return incoming.flatMap(({ from: middle, key: near }) =>
    middle.definition.foreignKeys
      .filter((far) => end && far.table === target && far.name !== near.name && isJunction(middle, near, far))
      .map((far) => ({
        target: end!,
        many: true,
        on: zip(near.referencedColumns, near.columns),
        through: { table: middle, on: zip(far.columns, far.referencedColumns) },
        hints: [middle.definition.name, far.name, near.name],
      })),
  );
}

function isJunction({ definition }: PlacedTable, near: ForeignKey, far: ForeignKey): boolean {
  return [...near.columns, ...far.columns].every((name) => definition.primaryKey.includes(name));
}
