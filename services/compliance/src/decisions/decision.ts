import { Fault, type Actor } from '@tenantry/kernel';
import type { ClockEvent } from '../clock/legal-clock.js';
import type { Entry } from '../requests/entry.table.js';
import { assertOpen, assertVerified, type LegalStatus, type TimedRequest } from '../requests/privacy-request.js';

/** A request that nothing more happens to by itself. */
export function close(request: TimedRequest, legalStatus: LegalStatus, now: Date): TimedRequest {
  return { ...request, legalStatus, closedAt: now };
}

/** Whether something that happens now is in time. */
export function isInTime(request: TimedRequest, now: Date): boolean {
  return now < request.dueAt;
}

/** @throws Fault `conflict` unless an answer can be given now by this tenant */
export function assertAnswerable(request: TimedRequest): void {
  assertOpen(request);
  if (request.legalStatus === 'appealed')
    throw new Fault('conflict', { detail: 'The request is under appeal: decide the appeal' });
  if (request.role === 'processor') {
    throw new Fault('conflict', { detail: 'The controller answers this request: hand it over' });
  }
}

/** @throws Fault `conflict` when it must not be called carried out, wholly or in part */
export function assertFulfillable(request: TimedRequest, outcome: string): void {
  assertAnswerable(request);
  assertVerified(request);
  const { executionStatus } = request;
  if (executionStatus === 'not_started' || executionStatus === 'done') return;
  if (executionStatus !== 'running' && outcome === 'partially_fulfilled') return;
  throw new Fault('conflict', { detail: `The automation has not finished: its work is ${executionStatus}` });
}

/** @throws Fault `conflict` unless the request is somebody else's and still here */
export function assertMayHandOver(request: TimedRequest): void {
  assertOpen(request);
  if (request.role === 'processor') return;
  throw new Fault('conflict', { detail: 'The tenant is the controller of this data and answers itself' });
}

/** @throws Fault `conflict` unless there is a decision that was not appealed against yet */
export function appeal(request: TimedRequest, events: readonly ClockEvent[]): TimedRequest {
  const { legalStatus } = request;
  if (legalStatus !== 'denied' && legalStatus !== 'partially_fulfilled') {
    throw new Fault('conflict', { detail: `There is nothing to appeal against: the request is ${legalStatus}` });
  }
  if (events.at(-1)?.kind === 'appeal_upheld') {
    throw new Fault('conflict', { detail: 'An appeal against this decision was decided already' });
  }
  return { ...request, legalStatus: 'appealed', closedAt: null };
}

/**
 * The outcome of an appeal.
 * @param decision the entry of the decision that was appealed against
 * @throws Fault `forbidden` when the same person decides twice, `conflict` when there is no appeal
 */
export function decideAppeal(
  request: TimedRequest,
  decision: Entry | undefined,
  { outcome, actor, now }: { readonly outcome: string; readonly actor: Actor; readonly now: Date },
): TimedRequest {
  if (request.legalStatus !== 'appealed' || !decision) {
    throw new Fault('conflict', { detail: `The request is not under appeal: it is ${request.legalStatus}` });
  }
  if (decision.actorKind === actor.kind && decision.actorId === actor.id) {
    throw new Fault('forbidden', { detail: 'Somebody else than who decided must decide the appeal' });
  }
  if (outcome === 'overturned') return { ...request, legalStatus: 'in_progress' };
  return close(request, decision.kind as LegalStatus, now);
}
