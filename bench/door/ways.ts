import { openDoors, sql } from '@tenantry/database';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { ROWS_EACH, type Tenant } from './tenants.js';

/** As many as a service has by default. */
export const CONNECTIONS = 10;

/** A way to read one row of one tenant, by its number. */
export interface Way {
  readonly name: string;
  /** What it keeps of the bare read at the least; null for what people use instead. */
  readonly target: (tenants: number) => number | null;
  read(i: number): Promise<unknown>;
}

const COLUMNS = 'id, name, amount';

/** The ways in which a row is read; the first is what all are compared with. */
export async function openWays(
  stack: AsyncDisposableStack,
  url: string,
  tenantOf: (i: number) => Tenant,
): Promise<readonly Way[]> {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  pool.on('error', () => undefined); // it lets go of its sessions later than it says
  stack.defer(() => pool.end());
  const source = await new DataSource({ type: 'postgres', url, poolSize: CONNECTIONS }).initialize();
  stack.defer(() => source.destroy());
  const doors = openDoors({ url, service: 'shop', maxConnections: CONNECTIONS });
  stack.defer(() => doors.close());
  const row = (i: number): number => (i % ROWS_EACH) + 1;
  const untargeted = (): null => null;
  return [
    {
      name: 'bare pg, prepared, no row-level security',
      target: untargeted,
      read: (i) => {
        const text = `select ${COLUMNS} from shop.plain where tenant_id = $1 and id = $2`;
        return pool.query({ name: 'bare', text, values: [tenantOf(i).ctx.tenantId, row(i)] });
      },
    },
    { name: 'four round trips', target: untargeted, read: (i) => inFourTrips(pool, tenantOf(i), row(i)) },
    {
      name: 'a TypeORM transaction',
      target: untargeted,
      read: (i) =>
        source.transaction(async (manager) => {
          await manager.query(`select set_config('app.tenant_id', $1, true)`, [tenantOf(i).ctx.tenantId]);
          return manager.query(`select ${COLUMNS} from shop.pooled where id = $1`, [row(i)]);
        }),
    },
    {
      name: 'door, pool mode',
      target: () => 0.85,
      read: (i) =>
        doors.tenants.query(tenantOf(i).ctx, sql`select id, name, amount from shop.pooled where id = ${row(i)}`),
    },
    {
      name: 'door, schema mode',
      target: (tenants) => (tenants > 1_000 ? 0.5 : 0.6),
      read: (i) => {
        const { ctx, access } = tenantOf(i);
        return doors.tenants.query(ctx, sql`select id, name, amount from item where id = ${row(i)}`, access);
      },
    },
  ];
}

/** Row-level security the usual way: begin, set_config, statement and commit, each a round trip. */
async function inFourTrips(pool: pg.Pool, { ctx }: Tenant, id: number): Promise<unknown> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query({
      name: 'tenant',
      text: `select set_config('app.tenant_id', $1, true)`,
      values: [ctx.tenantId],
    });
    const { rows } = await client.query({
      name: 'guarded',
      text: `select ${COLUMNS} from shop.pooled where id = $1`,
      values: [id],
    });
    await client.query('commit');
    return rows;
  } finally {
    client.release();
  }
}
