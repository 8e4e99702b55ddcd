import type { ConnectionPool } from './wire/connection-pool.js';
import type { Step } from './wire/flight.js';

const lock = (name: string): Step => ({
  text: `select pg_try_advisory_lock(hashtextextended($1, 0)) as held`,
  values: [name],
  key: 'exclusive lock',
});
const unlock = (name: string): Step => ({
  text: `select pg_advisory_unlock(hashtextextended($1, 0))`,
  values: [name],
  key: 'exclusive unlock',
});

/**
 * Runs work while holding a lock of its session, which Postgres lets go of when the session dies.
 * @returns false when another session holds it
 */
export async function holdExclusively(
  pool: ConnectionPool,
  name: string,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const connection = await pool.acquire();
  const lost = new AbortController();
  connection.onLoss = () => lost.abort(new Error(`the lock "${name}" was lost with its connection`));
  try {
    const [result] = await connection.fly([lock(name)]);
    if (!(result!.rows[0] as { held: boolean }).held) {
      return false;
    }
    try {
      await work(lost.signal);
    } finally {
      // A session that might still hold the lock must not serve anybody else.
      await connection.fly([unlock(name)]).catch(() => connection.close());
    }
    return true;
  } finally {
    connection.onLoss = null;
    pool.release(connection);
  }
}
