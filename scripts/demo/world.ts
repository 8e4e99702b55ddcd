import type { Api } from './api.js';
import type { LoadableTable } from './rows.js';

/** A tenant of the demo as its owner works with it. */
export interface DemoTenant {
  readonly id: string;
  readonly slug: string;
  readonly ownerEmail: string;
  readonly ownerPassword: string;
  readonly owner: Api;
  readonly tables: readonly LoadableTable[];
}

/** What the steps of the demo hand on to each other. */
export interface World {
  readonly admin: Api;
  readonly chinook: DemoTenant;
  readonly clinic: DemoTenant;
}

/** How many rows a tenant's tables hold together. */
export function countRows(tables: readonly LoadableTable[]): number {
  return tables.reduce((sum, { rows }) => sum + rows.length, 0);
}
