import { randomBytes } from 'node:crypto';
import type { Cells } from '../cells.js';
import { rollBack } from '../run-transaction.js';
import type { ConnectionPool } from '../wire/connection-pool.js';
import { fixedStep, tenantStep } from '../wire/steps.js';
import { KEY_BYTES, openBytes, sealBytes } from './sealing.js';

/** A tenant's keys by version; the highest one seals. */
export type TenantKeys = ReadonlyMap<number, Buffer>;

interface WrappedKey {
  readonly version: number;
  readonly wrapped_key: Buffer;
}

const LIST = 'select version, wrapped_key from platform.tenant_key where tenant_id = $1 order by version';
const ADD =
  'insert into platform.tenant_key (tenant_id, version, wrapped_key) values ($1, $2, $3) on conflict do nothing';
const PLACE = 'select cell from platform.tenant_status where tenant_id = $1';

const associatedWith = (tenantId: string, version: number): string => JSON.stringify([tenantId, version]);

/** A new random key of a tenant, wrapped. */
export function wrapNewKey(masterKey: Uint8Array, tenantId: string, version: number): Buffer {
  return sealBytes(masterKey, randomBytes(KEY_BYTES), associatedWith(tenantId, version));
}

/** Reads a tenant's keys from the cell that has them; the tenant's own cell gets the first one when there is none. */
export async function loadTenantKeys(cells: Cells, masterKey: Uint8Array, tenantId: string): Promise<TenantKeys> {
  let own = cells.home;
  for (const [cell, pool] of cells.entries) {
    const { wrapped, placed } = await look(pool, tenantId);
    if (wrapped.length > 0) {
      return unwrap(masterKey, tenantId, wrapped);
    }
    own = placed === cell ? pool : own;
  }
  return unwrap(masterKey, tenantId, await addFirst(own, masterKey, tenantId));
}

async function look(pool: ConnectionPool, tenantId: string): Promise<{ wrapped: WrappedKey[]; placed?: string }> {
  const connection = await pool.acquire();
  try {
    const steps = [tenantStep(tenantId), fixedStep(LIST, [tenantId], false), fixedStep(PLACE, [tenantId], false)];
    const [, keys, place] = await connection.fly(steps);
    return { wrapped: keys!.rows as WrappedKey[], placed: (place!.rows[0] as { cell: string } | undefined)?.cell };
  } finally {
    pool.release(connection);
  }
}

/** Two processes may do this at once: both end with the key that was first. */
async function addFirst(pool: ConnectionPool, masterKey: Uint8Array, tenantId: string): Promise<WrappedKey[]> {
  const connection = await pool.acquire();
  try {
    const results = await connection.fly([
      fixedStep('begin read write'),
      tenantStep(tenantId),
      fixedStep(ADD, [tenantId, 1, wrapNewKey(masterKey, tenantId, 1)]),
      fixedStep(LIST, [tenantId], false),
      fixedStep('commit'),
    ]);
    return results[3]!.rows as WrappedKey[];
  } finally {
    await rollBack(connection);
    pool.release(connection);
  }
}

function unwrap(masterKey: Uint8Array, tenantId: string, wrapped: readonly WrappedKey[]): TenantKeys {
  try {
    return new Map(
      wrapped.map((one) => [one.version, openBytes(masterKey, one.wrapped_key, associatedWith(tenantId, one.version))]),
    );
  } catch (cause) {
    throw new Error(`the master key does not open the keys of tenant ${tenantId}`, { cause });
  }
}
