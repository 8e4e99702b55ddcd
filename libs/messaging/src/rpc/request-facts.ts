import type { RequestFacts } from '@tenantry/kernel';
import { Fault } from '@tenantry/kernel';

/** The unsigned part of a call: `Tenantry-Request` and `traceparent`. */
export interface ReceivedFacts {
  readonly facts: RequestFacts;
  readonly idempotencyKey: string | null;
}

interface RequestHeader {
  readonly id: string;
  readonly ip?: string;
  readonly ua?: string;
  /** Milliseconds since the epoch. */
  readonly dl: number;
  readonly idem?: string;
}

/** Prints the `Tenantry-Request` header; the handler's transaction claims `idempotencyKey`. */
export function printRequestFacts(facts: RequestFacts, idempotencyKey?: string | null): string {
  const header: RequestHeader = {
    id: facts.id,
    ip: facts.clientIp ?? undefined,
    ua: facts.userAgent ?? undefined,
    dl: Math.floor(facts.deadlineAtMs),
    idem: idempotencyKey ?? undefined,
  };
  return JSON.stringify(header);
}

/** Reads the `Tenantry-Request` header. @throws Fault `malformed-request` */
export function readRequestFacts(header: string | undefined, traceparent: string | null): ReceivedFacts {
  const { id, ip, ua, dl, idem } = parse(header);
  if (typeof id !== 'string' || typeof dl !== 'number' || !Number.isSafeInteger(dl)) {
    throw new Fault('malformed-request', { cause: 'Tenantry-Request has no id or deadline' });
  }
  const facts = { id, clientIp: textOrNull(ip), userAgent: textOrNull(ua), deadlineAtMs: dl, traceparent };
  return { facts, idempotencyKey: textOrNull(idem) };
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function parse(header: string | undefined): Partial<Record<keyof RequestHeader, unknown>> {
  try {
    const value: unknown = JSON.parse(header ?? '');
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Falls through: what could not be read is answered like what has the wrong shape.
  }
  throw new Fault('malformed-request', { cause: 'Tenantry-Request could not be read' });
}
