import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Cells } from '../cells.js';
import { rollBack } from '../run-transaction.js';
import type { ConnectionPool } from '../wire/connection-pool.js';
import { fixedStep, tenantStep } from '../wire/steps.js';
import { type KeyEncryption, unwrapByAny } from './key-encryption.js';
import { KEY_BYTES } from './sealing.js';

/** A tenant's keys of one family by version; the highest one is used for what is new. */
export type TenantKeys = ReadonlyMap<number, KeyObject>;

/** What keys are for, by the table that has them: `tenant_key` seals, `index_key` makes blind indexes. */
export type KeyFamily = 'tenant_key' | 'index_key';

interface WrappedKey {
  readonly version: number;
  readonly wrapped_key: Buffer;
}

const list = (family: KeyFamily): string =>
  `select version, wrapped_key from platform.${family} where tenant_id = $1 order by version`;
const add = (family: KeyFamily): string =>
  `insert into platform.${family} (tenant_id, version, wrapped_key) values ($1, $2, $3) on conflict do nothing`;
const PLACE = 'select cell from platform.tenant_status where tenant_id = $1';

/** Keys of one family do not pass for those of the other. */
export function keyPlace(family: KeyFamily, tenantId: string, version: number): string {
  return JSON.stringify(family === 'tenant_key' ? [tenantId, version] : [tenantId, version, family]);
}

/** A new random key of a tenant, wrapped. */
export function wrapNewKey(by: KeyEncryption, family: KeyFamily, tenantId: string, version: number): Promise<Buffer> {
  return by.wrap(randomBytes(KEY_BYTES), keyPlace(family, tenantId, version));
}

/** What opens a tenant's keys, the first of which wraps new ones, and where they are. */
export interface KeySource {
  readonly cells: Cells;
  readonly encryptions: readonly KeyEncryption[];
  readonly family: KeyFamily;
}

/** Reads a tenant's keys from the cell that has them; the tenant's own cell gets the first one when there is none. */
export async function loadTenantKeys(source: KeySource, tenantId: string): Promise<TenantKeys> {
  let own = source.cells.home;
  for (const [cell, pool] of source.cells.entries) {
    const { wrapped, placed } = await look(pool, source.family, tenantId);
    if (wrapped.length > 0) {
      return unwrap(source, tenantId, wrapped);
    }
    own = placed === cell ? pool : own;
  }
  return unwrap(source, tenantId, await addFirst(own, source, tenantId));
}

async function look(
  pool: ConnectionPool,
  family: KeyFamily,
  tenantId: string,
): Promise<{ wrapped: WrappedKey[]; placed?: string }> {
  const connection = await pool.acquire();
  try {
    const steps = [
      tenantStep(tenantId),
      fixedStep(list(family), [tenantId], false),
      fixedStep(PLACE, [tenantId], false),
    ];
    const [, keys, place] = await connection.fly(steps);
    return { wrapped: keys!.rows as WrappedKey[], placed: (place!.rows[0] as { cell: string } | undefined)?.cell };
  } finally {
    pool.release(connection);
  }
}

/** Two processes may do this at once: both end with the key that was first. */
async function addFirst(
  pool: ConnectionPool,
  { encryptions, family }: KeySource,
  tenantId: string,
): Promise<WrappedKey[]> {
  const wrapped = await wrapNewKey(encryptions[0]!, family, tenantId, 1);
  const connection = await pool.acquire();
  try {
    const results = await connection.fly([
      fixedStep('begin read write'),
      tenantStep(tenantId),
      fixedStep(add(family), [tenantId, 1, wrapped]),
      fixedStep(list(family), [tenantId], false),
      fixedStep('commit'),
    ]);
    return results[3]!.rows as WrappedKey[];
  } finally {
    await rollBack(connection);
    pool.release(connection);
  }
}

async function unwrap(
  { encryptions, family }: KeySource,
  tenantId: string,
  wrapped: readonly WrappedKey[],
): Promise<TenantKeys> {
  const opened = wrapped.map(async ({ version, wrapped_key: bytes }) => {
    const found = await unwrapByAny(encryptions, bytes, keyPlace(family, tenantId, version));
    if (!found) {
      throw new Error(`the master key does not open the keys of tenant ${tenantId}`);
    }
    return [version, createSecretKey(found.key)] as const;
  });
  return new Map(await Promise.all(opened));
}
