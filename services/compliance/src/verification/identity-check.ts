import { Fault } from '@tenantry/kernel';
import { assertOpen, type TimedRequest } from '../requests/privacy-request.js';
import { REQUEST_TYPES } from '../requests/request-type.js';

/** How far each way of checking proves who somebody is: an index in `LEVELS`. A code or a link shows that they read mail at the address. */
const METHOD_LEVELS: Readonly<Record<string, number>> = {
  in_person: 2,
  video_call: 2,
  document_seen: 2,
  signed_in_account: 1,
  callback: 1,
  knowledge: 1,
  code: 1,
  link: 1,
};

/** @throws Fault `conflict` when the request is closed, or the law forbids to ask who the person is (11 CCR §§ 7026(d), 7027(e)) */
export function assertMayVerify(request: TimedRequest): void {
  assertOpen(request);
  if (REQUEST_TYPES[request.type].level > 0) return;
  throw new Fault('conflict', { detail: 'For this right the law forbids to ask for proof of identity' });
}

/** A request after a check. One that failed takes back what was proven before: there is a doubt now. */
export function checkIdentity(request: TimedRequest, method: string, passed: boolean): TimedRequest {
  assertMayVerify(request);
  const level = METHOD_LEVELS[method] ?? 0;
  return { ...request, verifiedLevel: passed ? Math.max(level, request.verifiedLevel) : 0 };
}
