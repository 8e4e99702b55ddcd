import { setTimeout as delay } from 'node:timers/promises';
import type { Subscription } from './control-database.js';
import { quoteIdentifier } from './sql.js';
import type { ConnectionPool } from './wire/connection-pool.js';
import type { PgConnection } from './wire/connection.js';

const RECONNECT_DELAY_MS = 1_000;

/** Listens on a connection of its own, and comes back when that is lost, until it is closed. */
export async function listen(pool: ConnectionPool, channel: string, onNotify: () => void): Promise<Subscription> {
  const closed = new AbortController();
  let connection = await open(pool, channel, onNotify);
  const watch = async (): Promise<void> => {
    while (!closed.signal.aborted) {
      await connection.lost;
      while (!closed.signal.aborted) {
        try {
          await delay(RECONNECT_DELAY_MS, undefined, { signal: closed.signal });
          connection = await open(pool, channel, onNotify);
          break;
        } catch {
          // Not back yet, or closed meanwhile; the loops' conditions say which.
        }
      }
    }
    await connection.session.close();
  };
  const watching = watch();
  return {
    close: async () => {
      closed.abort();
      await connection.session.close();
      await watching;
    },
  };
}

async function open(
  pool: ConnectionPool,
  channel: string,
  onNotify: () => void,
): Promise<{ session: PgConnection; lost: Promise<void> }> {
  const session = await pool.openApart();
  const lost = new Promise<void>((resolve) => (session.onLoss = resolve));
  session.onNotification(onNotify);
  try {
    await session.script(`listen ${quoteIdentifier(channel)}`);
  } catch (error) {
    await session.close();
    throw error;
  }
  onNotify();
  return { session, lost };
}
