import type { SupportGrant } from '@tenantry/kernel';
import type { ForeignKey, TableDefinition } from '../tables/table-definition.js';

/** A table and the schema that its rows are in. */
export interface PlacedTable {
  readonly schema: string;
  readonly definition: TableDefinition;
}

/** A foreign key as seen from the table it points at. */
export interface Reference {
  readonly from: PlacedTable;
  readonly key: ForeignKey;
}

/** All tables of one tenant, as one version of its catalog has them: what the row API looks names up in. */
export class TableSpace {
  readonly #tables: ReadonlyMap<string, PlacedTable>;
  readonly #references = new Map<string, Reference[]>();

  constructor(
    /** Of the tenant's catalog and the product's schema together. */
    readonly version: string,
    /** The database role under which the tenant's rows are touched. */
    readonly role: string,
    tables: readonly PlacedTable[],
    /** Whether what rows say is kept as hashes too, so that every change of one must be noted. */
    readonly hasValueIndex = false,
  ) {
    this.#tables = new Map(tables.map((table) => [table.definition.name, table]));
    for (const from of tables) {
      for (const key of from.definition.foreignKeys) {
        this.#references.set(key.table, [...(this.#references.get(key.table) ?? []), { from, key }]);
      }
    }
  }

  /** What of it a grant covers, for whom there is nothing else. The audit trail is never part of it. */
  coveredBy({ tables }: SupportGrant): TableSpace {
    const isCovered = ({ definition: { name, kind } }: PlacedTable): boolean =>
      (tables === null || tables.includes(name)) && !(kind === 'system' && name === 'audit_log');
    return new TableSpace(this.version, this.role, [...this.tables].filter(isCovered), this.hasValueIndex);
  }

  table(name: string): PlacedTable | undefined {
    return this.#tables.get(name);
  }

  get tables(): Iterable<PlacedTable> {
    return this.#tables.values();
  }

  /** The foreign keys that point at a table. */
  referencesTo(name: string): readonly Reference[] {
    return this.#references.get(name) ?? [];
  }
}
