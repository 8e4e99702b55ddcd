import { identifier, type Sql } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { type Action, type Grant, grantFor } from '../../access/access-rule.js';
import type { Principal } from '../../access/principal.js';
import type { PlacedTable } from '../../spaces/table-space.js';
import { type ColumnDefinition, columnOf, isEncrypted } from '../../tables/table-definition.js';

/** The column that every table has, as the row API sees it. */
export const TENANT_COLUMN: ColumnDefinition = {
  name: 'tenant_id',
  type: 'uuid',
  nullable: false,
  default: null,
  unique: false,
  classification: 'none',
};

/** @throws Fault `forbidden` when the principal may not do this with the table at all */
export function requireGrant(table: PlacedTable, principal: Principal | null, action: Action): Grant {
  const grant = grantFor(table.definition, principal, action);
  if (!grant) {
    throw new Fault('forbidden', {
      detail: `You may not ${action} rows of ${table.definition.name}`,
      extra: { code: '42501' },
    });
  }
  return grant;
}

/** One table of a statement, under an alias: turns names into columns, and only those that may be seen. */
export class Scope {
  readonly #grant: Grant;

  constructor(
    readonly table: PlacedTable,
    readonly alias: string,
    private readonly principal: Principal | null,
  ) {
    this.#grant = requireGrant(table, principal, 'select');
  }

  /** The columns of `*`. What models read does not name the tenant: an agent's is its token's. */
  get visible(): readonly ColumnDefinition[] {
    const columns = this.table.definition.columns.filter(this.#grant.covers);
    return this.principal === 'agent' ? columns : [...columns, TENANT_COLUMN];
  }

  /** @throws Fault when there is no such column, or it may not be seen */
  column(name: string, field: string): ColumnDefinition {
    if (name === TENANT_COLUMN.name) {
      return TENANT_COLUMN;
    }
    return requireColumn(this.table, name, this.#grant, field);
  }

  /** A column whose values Postgres can compare. */
  comparable(name: string, field: string): ColumnDefinition {
    const column = this.column(name, field);
    if (isEncrypted(column)) {
      throw new Fault('invalid-input', {
        field,
        detail: column.searchable
          ? `${name} is stored encrypted, so rows are found by it with eq and in, in POST /rest/v1/${this.table.definition.name}/search`
          : `${name} is stored encrypted, so rows can not be found, ordered or joined by it`,
      });
    }
    return column;
  }

  sql(column: string): Sql {
    return identifier(this.alias, column);
  }
}

/** @throws Fault when the table has no such column, or the grant does not cover it */
export function requireColumn(
  { definition }: PlacedTable,
  name: string,
  grant: Grant,
  field: string,
): ColumnDefinition {
  const column = columnOf(definition, name);
  if (!column) {
    throw new Fault('malformed-request', {
      field,
      detail: `${definition.name} has no column ${name.slice(0, 63)}`,
      extra: { code: '42703' },
    });
  }
  if (!grant.covers(column)) {
    throw new Fault('forbidden', {
      field,
      detail: `You may not use the column ${name} of ${definition.name} here`,
      extra: { code: '42501' },
    });
  }
  return column;
}
