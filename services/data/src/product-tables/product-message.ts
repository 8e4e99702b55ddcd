import type { ProductChange, ProductTable } from '@tenantry/contracts';
import { definitionMessage } from '../tables/table-message.js';
import type { TableDefinition } from '../tables/table-definition.js';
import type { ProductVersion, Rollout } from './product.table.js';

/** How far a version has come, as the contract spells it. */
export function changeMessage(
  { version, tableName, change, createdAt }: Omit<ProductVersion, 'steps' | 'definitions'>,
  { total, done, failures }: Rollout,
): ProductChange {
  return {
    version,
    table: tableName,
    change,
    state: done === total ? 'done' : 'running',
    tenantsTotal: total,
    tenantsDone: done,
    failures: failures.map((failure) => ({ ...failure })),
    createdAt,
  };
}

/** A product table as the contract spells it. */
export function productTableMessage(table: TableDefinition, change: ProductChange): ProductTable {
  return { name: table.name, ...definitionMessage(table), createdAt: new Date(table.createdAt), change };
}
