import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { columnOf, isEncrypted, type TableDefinition } from '../tables/table-definition.js';

/** How far a chain of foreign keys is followed before it is taken for a circle. */
const MAX_HOPS = 32;

/**
 * What tells people apart. A subject column points to a person; followed through foreign keys it ends at one column, the *person key*,
 * written `table.column`. Columns that end at the same key have the same value for the same person. Two keys are two kinds of people,
 * e.g. customers and employees, whose values mean nothing to each other.
 */
export class PersonKeys {
  readonly #keys = new Map<string, { readonly column: string; readonly key: string }>();

  constructor(private readonly space: TableSpace) {
    const declared = [...space.tables].filter(({ definition }) => definition.subjectColumn !== null);
    for (const { definition } of declared) {
      const column = definition.subjectColumn!;
      this.#keys.set(definition.name, { column, key: this.follow(definition, column) });
    }
    // The table where the chain ends is about the person itself, whether it says so or not.
    for (const { key } of this.#keys.values()) {
      const [table, column] = partsOf(key);
      if (!this.#keys.has(table)) this.#keys.set(table, { column, key });
    }
  }

  /** The tables whose rows are each about one person. */
  get tables(): readonly PlacedTable[] {
    return [...this.#keys.keys()].map((name) => this.space.table(name)!);
  }

  /** The column that says whom a row of the table is about, and the key that it ends at; undefined when the table has none. */
  of(table: string): { readonly column: string; readonly key: string } | undefined {
    return this.#keys.get(table);
  }

  /** The column that alone says whose a row is: the subject column, or the only one that points to a person. */
  namedBy(table: TableDefinition): string | undefined {
    const column = this.of(table.name)?.column ?? this.onlyPointer(table);
    return column !== undefined && isComparable(table, column) ? column : undefined;
  }

  private onlyPointer(table: TableDefinition): string | undefined {
    const single = table.foreignKeys.flatMap(({ columns }) => (columns.length === 1 ? columns : []));
    const [first, ...others] = new Set(single.filter((column) => this.pointedAt(table, column) !== undefined));
    return others.length === 0 ? first : undefined;
  }

  /** The kind of person that a column points to; undefined when it points to none. */
  pointedAt(table: TableDefinition, column: string): string | undefined {
    const key = this.follow(table, column);
    return this.isPersonKey(key) && key !== `${table.name}.${column}` ? key : undefined;
  }

  private isPersonKey(key: string): boolean {
    const [table] = partsOf(key);
    return this.#keys.get(table)?.key === key;
  }

  /** Where a column leads through foreign keys of one column. */
  private follow(from: TableDefinition, name: string): string {
    let [table, column] = [from, name];
    for (let hops = 0; hops < MAX_HOPS; hops++) {
      const key = table.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === column);
      const target = key && this.space.table(key.table)?.definition;
      if (!key || !target) break;
      [table, column] = [target, key.referencedColumns[0]!];
    }
    return `${table.name}.${column}`;
  }
}

const known = new WeakMap<TableSpace, PersonKeys>();

/** The person keys of a space, worked out once. */
export function personKeysOf(space: TableSpace): PersonKeys {
  const keys = known.get(space) ?? new PersonKeys(space);
  known.set(space, keys);
  return keys;
}

/** `table.column`; neither can contain a dot. */
export function partsOf(key: string): readonly [table: string, column: string] {
  const [table = '', column = ''] = key.split('.');
  return [table, column];
}

/** Whether rows can be found by the column: an encrypted value can't be compared. */
export function isComparable(table: TableDefinition, column: string): boolean {
  const found = columnOf(table, column);
  return found !== undefined && !isEncrypted(found);
}
