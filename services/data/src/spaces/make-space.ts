import type { Transaction } from '@tenantry/database';
import type { ProductVersion } from '../product-tables/product.table.js';
import { alterSchema, saveDefinition } from '../tables/definition.table.js';
import { createTableSteps, type SchemaStep } from '../tables/schema-step.js';
import type { TableDefinition } from '../tables/table-definition.js';
import { auditLogTable, defaultTables } from './default-tables.js';
import type { Space } from './space.js';
import { insertSpace, openAuditLog, openSchema } from './space.table.js';

/** All tables, then what ties them together: a table may refer to one that is made after it. */
export function createAllSteps(tables: readonly TableDefinition[]): readonly SchemaStep[] {
  const steps = tables.flatMap(createTableSteps);
  return [...steps.filter((step) => step.do === 'create_table'), ...steps.filter((step) => step.do !== 'create_table')];
}

/** What a data space is made for. */
export interface SpaceRequest {
  readonly mode: Space['mode'];
  readonly attempt: number;
  readonly product: ProductVersion | undefined;
}

/** Makes a tenant's data space: in schema mode the schema and its role, the default tables and the product's. */
export async function makeSpace(tx: Transaction, { mode, attempt, product }: SpaceRequest, now: Date): Promise<void> {
  const productVersion = product?.version ?? 0n;
  const schemaName = mode === 'schema' ? await openSchema(tx, mode) : null;
  await insertSpace(tx, { mode, schemaName, version: 1n, productVersion, attempt, tenantVersion: 0n });
  if (schemaName === null) {
    return;
  }
  const defaults = defaultTables(now);
  await alterSchema(tx, createAllSteps([...defaults, ...(product?.definitions ?? [])]));
  await openAuditLog(tx);
  for (const definition of [...defaults, auditLogTable(now)]) {
    await saveDefinition(tx, definition);
  }
}
