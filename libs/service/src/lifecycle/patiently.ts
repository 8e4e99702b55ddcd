import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 30_000;
const PAUSE_MS = 500;
const CODES = 'ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|57P0[123]';
const WORDS =
  'timeout|starting up|temporarily unavailable|no suitable peers|connection (refused|disconnected|terminated)';
/** What a server that is still on its way up or goes down, or a name that is not known yet, answers; 57P01 to 57P03 are Postgres'. */
const TRANSIENT = new RegExp(`${CODES}|${WORDS}`, 'i');

/**
 * Tries to reach something until it is there, so that services and servers may start in any order.
 * @throws Error naming `what` when it is not there in time, or at once when it refuses us
 */
export async function patiently<T>(what: string, reach: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await reach();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (!TRANSIENT.test(`${code} ${message}`) || Date.now() > deadline) {
        throw new Error(`${what} can't be used: ${message || code}`, { cause: error });
      }
    }
    await delay(PAUSE_MS);
  }
}
