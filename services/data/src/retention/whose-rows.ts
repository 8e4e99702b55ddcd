import { Fault } from '@tenantry/kernel';
import type { TableSpace } from '../spaces/table-space.js';
import { isComparable, PersonKeys } from '../subjects/person-keys.js';
import type { Seed } from '../subjects/subject-walk.js';
import type { TableDefinition } from '../tables/table-definition.js';

/** A row by its table. */
export interface TableRow {
  readonly table: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** Says of rows that leave their tables whose they were, as `customers.id=5`, so that they can still be found. */
export class WhoseRows {
  readonly #people: PersonKeys;

  constructor(private readonly space: TableSpace) {
    this.#people = new PersonKeys(space);
  }

  /** How a person is called here. Seeds that the tables do not know are nobody. */
  namesOf(seeds: readonly Seed[]): string[] {
    return seeds.flatMap(({ table, value }) => {
      const person = this.#people.of(table);
      return person ? [`${person.key}=${value}`] : [];
    });
  }

  /** Whose each row is: whom it names, or, when it names nobody, whose the row is that it belongs to, if that leaves as well. */
  of(rows: readonly TableRow[]): string[][] {
    const people = rows.map((row) => this.#named(row));
    const parents = this.#parentsIn(rows);
    // Children come to their people through parents that may only now have theirs.
    for (let isChanged = true; isChanged;) {
      isChanged = false;
      for (const [index, own] of people.entries()) {
        if (own.length > 0) continue;
        own.push(...new Set(parents[index]!.flatMap((parent) => people[parent]!)));
        isChanged ||= own.length > 0;
      }
    }
    return people;
  }

  /**
   * Rows that belong to somebody only through rows that stay could not be found again in an archive.
   * @throws Fault `invalid-input`
   */
  assertArchivable(name: string): void {
    const table = this.space.table(name)!.definition;
    if (this.#columnsOf(table).length > 0 || !this.#leadsToPeople(table, new Set())) return;
    const detail = `Rows of ${name} do not say whose they are, so an erasure could not find them in an archive. Give it a subject column, or archive the table that its rows belong to`;
    throw new Fault('invalid-input', { field: 'archiveDays', detail });
  }

  #leadsToPeople({ name, foreignKeys }: TableDefinition, seen: Set<string>): boolean {
    if (seen.has(name)) return false;
    seen.add(name);
    const parents = foreignKeys.flatMap(({ table }) => this.space.table(table)?.definition ?? []);
    return parents.some((parent) => this.#columnsOf(parent).length > 0 || this.#leadsToPeople(parent, seen));
  }

  #named({ table, row }: TableRow): string[] {
    const { definition } = this.space.table(table)!;
    return this.#columnsOf(definition).flatMap(({ column, key }) => {
      const value = row[column];
      return value === null || value === undefined ? [] : [`${key}=${textOf(value)}`];
    });
  }

  /** The columns by which a table's rows name people. */
  #columnsOf(table: TableDefinition): { readonly column: string; readonly key: string }[] {
    const own = this.#people.of(table.name);
    const pointers = table.foreignKeys.flatMap(({ columns: [column, ...more] }) => {
      const key = more.length === 0 ? this.#people.pointedAt(table, column!) : undefined;
      return key === undefined ? [] : [{ column: column!, key }];
    });
    return [...(own ? [own] : []), ...pointers].filter(({ column }) => isComparable(table, column));
  }

  /** For each row the positions of those that it belongs to. */
  #parentsIn(rows: readonly TableRow[]): number[][] {
    const found = new Map<string, number[]>();
    const keysOf = new Map<string, ReadonlySet<string>>();
    const keys = rows.map(({ table }) => this.space.table(table)!.definition.foreignKeys);
    for (const key of new Set(keys.flat())) {
      keysOf.set(key.table, new Set([...(keysOf.get(key.table) ?? []), key.referencedColumns.join()]));
    }
    rows.forEach(({ table, row }, index) => {
      for (const columns of keysOf.get(table) ?? []) {
        const name = nameOf(table, columns.split(','), row, columns.split(','));
        if (name !== null) found.set(name, [...(found.get(name) ?? []), index]);
      }
    });
    return rows.map(({ row }, index) =>
      keys[index]!.flatMap(({ columns, table, referencedColumns }) => {
        const name = nameOf(table, referencedColumns, row, columns);
        return name === null ? [] : (found.get(name) ?? []);
      }),
    );
  }
}

/** A row by values of its columns, under the names that references to it use; null when one is empty. */
function nameOf(table: string, as: readonly string[], row: TableRow['row'], columns: readonly string[]): string | null {
  const values = columns.map((column) => row[column] ?? null);
  return values.includes(null) ? null : JSON.stringify([table, as.join(), ...values.map(textOf)]);
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
