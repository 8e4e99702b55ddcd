import { Fault } from '@tenantry/kernel';
import { assertOpen, type TimedRequest } from '../requests/privacy-request.js';

/** Requests that lie further apart than this are no duplicates: people may ask again. */
export const DUPLICATE_DAYS = 90;
const MAX_MERGED = 20;

/**
 * A request after staff decided about it.
 * @param earlier the request that it is a duplicate of
 * @param merged how many were merged with that one already
 * @throws Fault `conflict` when there is none, it is closed, or there is nothing to be merged with
 */
export function decideDuplicate(
  request: TimedRequest,
  earlier: TimedRequest | undefined,
  merged: number,
  decision: 'merge' | 'keep',
): TimedRequest {
  assertOpen(request);
  if (!earlier) {
    throw new Fault('conflict', { detail: 'No earlier verified request of the same person and type is known' });
  }
  if (decision === 'merge') assertMayMerge(request, earlier, merged);
  return { ...request, duplicateDecision: decision === 'merge' ? 'merged' : 'kept' };
}

function assertMayMerge(request: TimedRequest, earlier: TimedRequest, merged: number): void {
  if (earlier.closedAt !== null) {
    const detail = `The earlier request is closed, it is ${earlier.legalStatus}: answer this one by itself`;
    throw new Fault('conflict', { detail });
  }
  if (request.legalStatus === 'appealed') throw new Fault('conflict', { detail: 'An appeal is decided by itself' });
  if (merged >= MAX_MERGED && request.duplicateDecision !== 'merged') {
    throw new Fault('conflict', { detail: `At most ${MAX_MERGED} requests are merged with one: answer it by itself` });
  }
}
