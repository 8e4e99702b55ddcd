import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4_096;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/**
 * A few random bytes of the system's generator, each handed out once. Asking for many at a time costs a tenth of asking
 * for each salt.
 */
export function fewRandomBytes(count: number): Buffer {
  if (used + count > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.from(pool.subarray(used, used + count));
  pool.fill(0, used, used + count); // what was handed out is not kept
  used += count;
  return bytes;
}
