import { translateError } from '../faults.js';
import { rollBack } from '../run-transaction.js';
import type { ConnectionPool } from '../wire/connection-pool.js';
import type { Step } from '../wire/flight.js';
import { fixedStep, tenantStep } from '../wire/steps.js';

/** A subject's key as it is kept. */
export interface WrappedSubjectKey {
  readonly id: string;
  readonly wrapped: string;
}

const FIND = `select holder, id, wrapped_key as wrapped from platform.subject_key
  where tenant_id = $1 and holder = any($2::bytea[])`;
// In the order of the holders, which callers sort: two that add some of the same wait for one another and never in a circle.
const ADD = `insert into platform.subject_key (tenant_id, holder, id, wrapped_key)
  select $1, n.holder, n.id, n.wrapped from unnest($2::bytea[], $3::uuid[], $4::text[]) as n (holder, id, wrapped)
  on conflict (tenant_id, holder) do nothing`;
const BY_ID = `select id, wrapped_key as wrapped from platform.subject_key
  where tenant_id = $1 and id = any($2::uuid[]) and wrapped_key is not null`;
const DESTROY = `update platform.subject_key
  set holder = null, wrapped_key = null, destroyed_at = clock_timestamp(), destroyed_by = $3
  where tenant_id = $1 and holder = any($2::bytea[])`;
const DESTROYED = 'select id from platform.subject_key where tenant_id = $1 and destroyed_by = $2 order by id';

/** The table of the subjects' keys: a flight each. */
export class SubjectKeyStore {
  constructor(private readonly pool: ConnectionPool) {}

  /** By holder, in hexadecimal. */
  async find(tenantId: string, holders: readonly Uint8Array[]): Promise<Map<string, WrappedSubjectKey>> {
    return byHolder(await this.#fly(tenantId, [fixedStep(FIND, [tenantId, holders], false)]));
  }

  /** Adds keys for holders that have none; answers those that hold, whoever added them. */
  async add(
    tenantId: string,
    holders: readonly Uint8Array[],
    keys: readonly WrappedSubjectKey[],
  ): Promise<Map<string, WrappedSubjectKey>> {
    const add = fixedStep(ADD, [tenantId, holders, keys.map(({ id }) => id), keys.map(({ wrapped }) => wrapped)]);
    return byHolder(await this.#write(tenantId, [add, fixedStep(FIND, [tenantId, holders], false)]));
  }

  async byId(tenantId: string, ids: readonly string[]): Promise<ReadonlyMap<string, WrappedSubjectKey>> {
    const rows = await this.#fly(tenantId, [fixedStep(BY_ID, [tenantId, ids], false)]);
    return new Map((rows as WrappedSubjectKey[]).map((key) => [key.id, key]));
  }

  async destroy(tenantId: string, erasureId: string, holders: readonly Uint8Array[]): Promise<void> {
    await this.#write(tenantId, [fixedStep(DESTROY, [tenantId, holders, erasureId])]);
  }

  async destroyedBy(tenantId: string, erasureId: string): Promise<readonly string[]> {
    const rows = await this.#fly(tenantId, [fixedStep(DESTROYED, [tenantId, erasureId], false)]);
    return (rows as { id: string }[]).map(({ id }) => id);
  }

  #write(tenantId: string, steps: readonly Step[]): Promise<readonly object[]> {
    return this.#fly(tenantId, steps, [fixedStep('begin read write')], [fixedStep('commit')]);
  }

  /** The rows of the last of the steps. */
  async #fly(
    tenantId: string,
    steps: readonly Step[],
    before: readonly Step[] = [],
    after: readonly Step[] = [],
  ): Promise<readonly object[]> {
    try {
      const connection = await this.pool.acquire();
      try {
        const results = await connection.fly([...before, tenantStep(tenantId), ...steps, ...after]);
        return results.at(-1 - after.length)!.rows;
      } finally {
        if (before.length > 0) await rollBack(connection);
        this.pool.release(connection);
      }
    } catch (error) {
      throw translateError(error);
    }
  }
}

function byHolder(rows: readonly object[]): Map<string, WrappedSubjectKey> {
  const found = rows as readonly (WrappedSubjectKey & { readonly holder: Buffer })[];
  return new Map(found.map(({ holder, id, wrapped }) => [holder.toString('hex'), { id, wrapped }]));
}
