import { type AccessLines, type GivenAccess, Reply } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';

/** How many accesses of one service a review takes. */
export const MAX_ACCESSES = 20_000;
const LINES_A_CHUNK = 500;

/**
 * The accesses of a tenant as an access review takes them: a line of JSON for each.
 * @param accesses up to `MAX_ACCESSES`, and one more where there are more
 * @throws Fault `conflict` for more: a population that is not complete is none
 */
export function accessLines(accesses: readonly GivenAccess[]): AccessLines {
  if (accesses.length > MAX_ACCESSES)
    throw new Fault('conflict', { detail: `A review takes at most ${MAX_ACCESSES} accesses of a kind of service` });
  const headers = { 'content-type': 'application/x-ndjson; charset=utf-8' };
  return new Reply<AsyncIterable<Uint8Array>>(chunksOf(accesses), { headers }) as unknown as AccessLines;
}

async function* chunksOf(accesses: readonly GivenAccess[]): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < accesses.length; at += LINES_A_CHUNK) {
    const lines = accesses.slice(at, at + LINES_A_CHUNK).map((one) => `${JSON.stringify(one)}\n`);
    yield await Promise.resolve(Buffer.from(lines.join('')));
  }
}
