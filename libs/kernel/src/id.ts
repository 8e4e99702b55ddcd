import { v7, validate } from 'uuid';
import { fewRandomBytes } from './random.js';

/** The platform itself is a tenant with this fixed id: its staff's events, keys and audit trail live there. */
export const PLATFORM_TENANT_ID = '00000000-0000-7000-8000-000000000001';

const ID_BYTES = 16;
const HIGHEST_SEQ = 0xffff_ffff;
const last = { msecs: 0, seq: 0 };

/**
 * A new UUIDv7 (RFC 9562): sorts by creation time, so an index on it grows at its end. Those of one process also sort within
 * a millisecond; one for a given time does not take part in that.
 */
export function newId(now?: Date): string {
  const random = fewRandomBytes(ID_BYTES);
  if (now) return v7({ msecs: now.getTime(), random });
  advance(random);
  return v7({ ...last, random });
}

/** RFC 9562 §6.2, method 1: a counter that begins at random in each millisecond, with room to count on. */
function advance(random: Buffer): void {
  const nowMs = Date.now();
  if (nowMs > last.msecs) {
    last.msecs = nowMs;
    last.seq = random.readUInt32BE() >>> 1;
  } else if (last.seq < HIGHEST_SEQ) {
    last.seq += 1;
  } else {
    last.msecs += 1;
    last.seq = 0;
  }
}

/** Whether a text is a UUID of any version in canonical form. */
export function isUuid(text: string): boolean {
  return validate(text);
}
