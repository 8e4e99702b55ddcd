/** A tenant's place in the catalog. */
export interface Space {
  readonly mode: 'pool' | 'schema';
  /** The tenant's own schema, and the role of the same name; null for a pool tenant without tables of its own. */
  readonly schemaName: string | null;
  /** Grows with every change of anything that the row API looks names up in. */
  readonly version: bigint;
  /** Which product tables it has. */
  readonly productVersion: bigint;
  /** Of the request that made it. */
  readonly attempt: number;
  /** Of the last event that opened or closed it. */
  readonly tenantVersion: bigint;
}

/** Where the product tables' rows of pool tenants are. */
export const POOL_SCHEMA = 'product';

/** The role of pool tenants that have no schema of their own. */
export const POOL_ROLE = 'data_pool';
