import { Fault } from '@tenantry/kernel';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import type { ColumnDefinition, ForeignKey, TableDefinition } from '../tables/table-definition.js';
import { inParentOrder } from './parent-order.js';
import { isComparable, type PersonKeys, personKeysOf } from './person-keys.js';

/** A person, as one table knows them. */
export interface Seed {
  readonly table: string;
  readonly value: string;
}

/** A column that has the person's value. */
export interface DirectColumn {
  readonly column: string;
  /** The person's values of the kind that the column points to. */
  readonly values: readonly string[];
}

/** A table with rows of the person. */
export interface OwnPlace {
  readonly table: PlacedTable;
  /** A row is the person's when one of these has the person's value. */
  readonly direct: readonly DirectColumn[];
  /** A row that names nobody is the person's when the row that it belongs to is. The places it leads to come earlier. */
  readonly parents: readonly ForeignKey[];
  /** The same, for rows of the same table. */
  readonly recursive: readonly ForeignKey[];
  /** Whether a row can be of several people, so that erasing one of them must not take it away. */
  readonly isShared: boolean;
  /** Columns that can point to another person. */
  readonly thirdParty: ReadonlyMap<string, readonly string[]>;
}

/** A foreign key by which rows of others refer to the person's rows. */
export interface Mention {
  readonly table: PlacedTable;
  readonly key: ForeignKey;
}

/** A table that was not searched, and why. */
export interface Unsearched {
  readonly table: PlacedTable;
  readonly reason: string;
}

/** The way from a person through the tables. Pure: it says where to look, not what is there. */
export interface Walk {
  /** Those that others belong to come first. */
  readonly own: readonly OwnPlace[];
  readonly mentions: readonly Mention[];
  readonly unsearched: readonly Unsearched[];
}

const OPEN: ReadonlySet<string> = new Set(['none', 'internal']);

/** Whether a column has something about a person in it. */
export function isPersonal({ classification }: ColumnDefinition): boolean {
  return !OPEN.has(classification);
}

/**
 * Finds the tables that have rows of a person. Three rules:
 * 1. A row of a table with a subject column is about the one whom that names, and about nobody else.
 * 2. A row of another table is of those whom its foreign keys name directly.
 * 3. A row that names nobody is of those whose row it belongs to, through any foreign key.
 * @throws Fault `invalid-input` for a seed in a table that says nothing of whom its rows are about
 */
export function walkFrom(space: TableSpace, seeds: readonly Seed[]): Walk {
  return new Walker(space, personKeysOf(space)).walk(seeds);
}

class Walker {
  constructor(
    private readonly space: TableSpace,
    private readonly people: PersonKeys,
  ) {}

  walk(seeds: readonly Seed[]): Walk {
    const known = this.#valuesByKey(seeds);
    const reached = this.#reach(new Set(known.keys()));
    const places = reached.map((table) => this.#place(table, known, reached));
    const { ordered, cut } = inParentOrder(places);
    return {
      own: ordered,
      mentions: this.#mentions(ordered),
      unsearched: [...cut, ...this.#unreached(known, reached)],
    };
  }

  #valuesByKey(seeds: readonly Seed[]): ReadonlyMap<string, readonly string[]> {
    const values = new Map<string, string[]>();
    seeds.forEach(({ table, value }, index) => {
      const person = this.people.of(table);
      const placed = this.space.table(table);
      if (!placed || !person || !isComparable(placed.definition, person.column)) {
        const detail = placed
          ? `${table} does not say whom its rows are about: give it a subject column that is not encrypted`
          : `There is no table ${table}`;
        throw new Fault('invalid-input', { field: `subject[${index}].table`, detail });
      }
      values.set(person.key, [...(values.get(person.key) ?? []), value]);
    });
    return values;
  }

  /** The tables about these kinds of people, and those that lead there through foreign keys. */
  #reach(keys: ReadonlySet<string>): PlacedTable[] {
    const isOne = ({ definition }: PlacedTable): boolean => {
      const person = this.people.of(definition.name);
      return person !== undefined && keys.has(person.key) && isComparable(definition, person.column);
    };
    const reached = new Set(this.people.tables.filter(isOne));
    for (const { definition } of reached) {
      for (const { from } of this.space.referencesTo(definition.name)) {
        if (!this.people.of(from.definition.name)) reached.add(from);
      }
    }
    return [...reached];
  }

  #place(table: PlacedTable, known: ReadonlyMap<string, readonly string[]>, reached: readonly PlacedTable[]): OwnPlace {
    const { definition } = table;
    const names = new Set(reached.map((one) => one.definition.name));
    const person = this.people.of(definition.name);
    const pointers = this.#pointers(definition, person?.column);
    const thirdParty = new Map([...pointers].map(([column, key]) => [column, known.get(key) ?? []]));
    if (person) {
      const direct = [{ column: person.column, values: known.get(person.key)! }];
      return { table, direct, parents: [], recursive: [], isShared: false, thirdParty };
    }
    const direct = [...pointers].flatMap(([column, key]) =>
      known.has(key) ? [{ column, values: known.get(key)! }] : [],
    );
    const indirect = definition.foreignKeys.filter(
      (key) => names.has(key.table) && !(key.columns.length === 1 && pointers.has(key.columns[0]!)),
    );
    return {
      table,
      direct,
      parents: indirect.filter((key) => key.table !== definition.name),
      recursive: indirect.filter((key) => key.table === definition.name),
      isShared: pointers.size > 1,
      thirdParty,
    };
  }

  /** The columns of a table that point to people, besides the one that says whom a row is about. */
  #pointers({ name, foreignKeys }: TableDefinition, except: string | undefined): ReadonlyMap<string, string> {
    const table = this.space.table(name)!.definition;
    const single = foreignKeys.filter(({ columns }) => columns.length === 1 && columns[0] !== except);
    return new Map(
      single.flatMap(({ columns: [column] }) => {
        const key = this.people.pointedAt(table, column!);
        return key === undefined ? [] : [[column!, key] as const];
      }),
    );
  }

  /** Every foreign key to a place that does not make a row the person's own. */
  #mentions(own: readonly OwnPlace[]): Mention[] {
    const places = new Map(own.map((place) => [place.table.definition.name, place]));
    return own.flatMap(({ table }) =>
      this.space.referencesTo(table.definition.name).flatMap(({ from, key }) => {
        const place = places.get(from.definition.name);
        const isOwnLink = place?.direct.some(({ column }) => key.columns.length === 1 && key.columns[0] === column);
        return isOwnLink ? [] : [{ table: from, key }];
      }),
    );
  }

  /** Tables with something about people to which no way leads from this person. */
  #unreached(known: ReadonlyMap<string, unknown>, reached: readonly PlacedTable[]): Unsearched[] {
    const keys = new Set(this.people.tables.map(({ definition }) => this.people.of(definition.name)!.key));
    const ofAnybody = new Set([...reached, ...this.#reach(keys)]);
    return [...this.space.tables]
      .filter((table) => !reached.includes(table))
      .flatMap((table) => {
        const reason = this.#whyUnreached(table, known, ofAnybody);
        return reason === null ? [] : [{ table, reason }];
      });
  }

  #whyUnreached(
    table: PlacedTable,
    known: ReadonlyMap<string, unknown>,
    ofAnybody: ReadonlySet<PlacedTable>,
  ): string | null {
    const { definition } = table;
    const person = this.people.of(definition.name);
    if (person) {
      return known.has(person.key)
        ? `The subject column ${person.column} is encrypted, so rows can not be found by it. Search it by hand`
        : `Its people are told apart by ${person.key}. If the person is one of them, add what they are called there to the subject`;
    }
    return ofAnybody.has(table) || !definition.columns.some(isPersonal)
      ? null
      : 'It has personal columns, but neither a subject column nor a foreign key that leads to a person. Declare one, or search it by hand';
  }
}
