import type { OpenPrivacyRequestRequest } from '@tenantry/contracts';
import { Fault, newId } from '@tenantry/kernel';
import { levelNeeded, LEVELS, type RequestType } from './request-type.js';

/** What was decided about a request. */
export type LegalStatus =
  | 'received'
  | 'acknowledged'
  | 'in_progress'
  | 'fulfilled'
  | 'partially_fulfilled'
  | 'denied'
  | 'withdrawn'
  | 'handed_over'
  | 'appealed';

/** What the automation has done for a request. */
export type ExecutionStatus = 'not_started' | 'running' | 'blocked' | 'done' | 'failed';

/** A privacy request without its timeline and clock. Texts that the person or their agent wrote are sealed. */
export interface PrivacyRequest {
  readonly id: string;
  readonly type: RequestType;
  readonly role: 'controller' | 'processor';
  readonly channel: 'staff' | 'form';
  readonly legalStatus: LegalStatus;
  readonly executionStatus: ExecutionStatus;
  readonly isSensitive: boolean;
  readonly subjectName: string;
  readonly subjectEmail: string;
  readonly details: string | null;
  readonly agentName: string | null;
  readonly agentEmail: string | null;
  readonly agentMandate: string | null;
  readonly controllerName: string | null;
  readonly controllerEmail: string | null;
  readonly assigneeId: string | null;
  /** Index in `LEVELS`. */
  readonly verifiedLevel: number;
  readonly denialReason: string | null;
  readonly timeZone: string;
  readonly calendar: string | null;
  readonly receivedAt: Date;
  /** An earlier verified request of the same person and type. */
  readonly duplicateOf: string | null;
  readonly duplicateDecision: 'merged' | 'kept' | null;
  readonly entries: number;
  readonly closedAt: Date | null;
}

/** The result of the clock's arithmetic as it is kept beside the request. */
export interface ClockColumns {
  readonly clockStartsAt: Date;
  readonly dueOn: string;
  readonly dueAt: Date;
  readonly acknowledgeBy: string | null;
  readonly handOverBy: string | null;
  readonly isPaused: boolean;
  readonly isExtended: boolean;
  readonly escalatedPercent: number;
  readonly nextEscalationAt: Date | null;
}

/** A request with its clock. */
export type TimedRequest = PrivacyRequest & ClockColumns;

const DAY_MS = 86_400_000;
const OLDEST_DAYS = 366;

/** When it was received, as the caller says. @throws Fault `invalid-input` */
export function receivedAt(given: Date | null | undefined, now: Date): Date {
  const at = given ?? now;
  if (at > now) throw new Fault('invalid-input', { field: 'receivedAt', detail: 'receivedAt is in the future' });
  if (now.getTime() - at.getTime() > OLDEST_DAYS * DAY_MS) {
    throw new Fault('invalid-input', {
      field: 'receivedAt',
      detail: `receivedAt is more than ${OLDEST_DAYS} days ago`,
    });
  }
  return at;
}

/** A new request as it was brought in; its texts are sealed by the caller. */
export function openRequest(
  request: OpenPrivacyRequestRequest,
  facts: Pick<PrivacyRequest, 'channel' | 'timeZone'>,
  now: Date,
): PrivacyRequest {
  const { type, agent, controller } = request as OpenPrivacyRequestRequest & { readonly type: RequestType };
  return {
    ...facts,
    ...{ id: newId(now), type, role: controller ? 'processor' : 'controller', legalStatus: 'received' },
    ...{ executionStatus: 'not_started', isSensitive: request.sensitive === true || type.startsWith('hipaa_') },
    ...{ subjectName: request.subjectName.trim(), subjectEmail: request.subjectEmail.trim().toLowerCase() },
    ...{ details: request.details ?? null, calendar: request.calendar ?? null },
    ...agentColumns(agent),
    ...controllerColumns(controller),
    ...{ assigneeId: null, verifiedLevel: 0, denialReason: null, entries: 0, closedAt: null },
    ...{ duplicateOf: null, duplicateDecision: null },
    receivedAt: receivedAt(request.receivedAt, now),
  };
}

type AgentColumns = Pick<PrivacyRequest, 'agentName' | 'agentEmail' | 'agentMandate'>;
type ControllerColumns = Pick<PrivacyRequest, 'controllerName' | 'controllerEmail'>;

function agentColumns(agent: OpenPrivacyRequestRequest['agent']): AgentColumns {
  if (!agent) return { agentName: null, agentEmail: null, agentMandate: null };
  return { agentName: agent.name.trim(), agentEmail: agent.email, agentMandate: agent.mandate };
}

function controllerColumns(controller: OpenPrivacyRequestRequest['controller']): ControllerColumns {
  if (!controller) return { controllerName: null, controllerEmail: null };
  return { controllerName: controller.name.trim(), controllerEmail: controller.email };
}

/** @throws Fault `conflict` when it was answered, withdrawn or handed over */
export function assertOpen(request: PrivacyRequest): void {
  if (request.closedAt === null) return;
  throw new Fault('conflict', { detail: `The request is closed: it is ${request.legalStatus}` });
}

/** Whether the person's identity is proven as far as this type of request needs. */
export function isVerified({ type, isSensitive, verifiedLevel }: PrivacyRequest): boolean {
  const needed = levelNeeded(type, isSensitive);
  return needed > 0 && verifiedLevel >= needed;
}

/**
 * What must hold before anything about the person is disclosed, changed or removed. Whoever carries a request out asks this first.
 * @throws Fault `conflict` when the person's identity is not proven as far as this type of request needs
 */
export function assertVerified(request: PrivacyRequest): void {
  const needed = levelNeeded(request.type, request.isSensitive);
  if (request.verifiedLevel >= needed) return;
  throw new Fault('conflict', { detail: `The person's identity must be verified first: ${LEVELS[needed]} is needed` });
}
