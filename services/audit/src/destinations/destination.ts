import { randomBytes } from 'node:crypto';
import type { AddAuditDestinationRequest, AuditDestination } from '@tenantry/contracts';
import { Fault, newId } from '@tenantry/kernel';

/** Where a tenant's log is sent to. */
export interface Destination {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly format: string;
  readonly email: string | null;
  readonly state: 'active' | 'disabled';
  /** The last entry that it took. */
  readonly delivered: bigint;
  readonly deliveredAt: Date | null;
  /** Attempts that failed since then, and since when. */
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly problem: string | null;
  readonly nextAt: Date;
  readonly createdAt: Date;
}

export const MAX_DESTINATIONS = 20;
const SECRET_BYTES = 32;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 3_600_000;
const GIVE_UP_AFTER_MS = 3 * 86_400_000;

/** A destination that takes everything after the first `size` entries, or from where the request says. @throws Fault `invalid-input` */
export function newDestination(request: AddAuditDestinationRequest, size: bigint, now: Date): Destination {
  const { name, url, format, email = null } = request;
  assertUrl(url);
  return {
    ...{ id: newId(now), name, url, format: format ?? 'ndjson', email, state: 'active' },
    ...{ delivered: before(request.from ?? size + 1n, size), deliveredAt: null, ...NOT_FAILING },
    ...{ nextAt: now, createdAt: now },
  };
}

export const NOT_FAILING = { failures: 0, failingSince: null, problem: null } as const;

/** What must be delivered for an entry to be the next. @throws Fault `invalid-input` for one far beyond the log */
export function before(from: bigint, size: bigint): bigint {
  if (from > size + 1n) {
    throw new Fault('invalid-input', {
      field: 'from',
      detail: `The log has ${size} entries; from is at most ${size + 1n}`,
    });
  }
  return from - 1n;
}

/** Entries and a token travel there, so nobody on the way may read them. An address inside is refused when it is used. */
function assertUrl(text: string): void {
  const { protocol, hostname, username, password } = new URL(text);
  if (username || password) {
    throw new Fault('invalid-input', {
      field: 'url',
      detail: 'A URL with a user or password is not accepted; use bearerToken',
    });
  }
  if (protocol !== 'https:' && !LOOPBACK.test(hostname)) {
    throw new Fault('invalid-input', { field: 'url', detail: 'Destinations are https' });
  }
}

/** A secret as Standard Webhooks writes it. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** A failure's consequences: 1, 2, 4, … seconds until the next attempt, at most an hour; after three days, or when it is gone, no more. */
export function afterFailure(
  { failures, failingSince }: Pick<Destination, 'failures' | 'failingSince'>,
  { problem, gone }: { readonly problem: string; readonly gone: boolean },
  now: Date,
): Pick<Destination, 'failures' | 'failingSince' | 'problem' | 'nextAt' | 'state'> {
  const since = failingSince ?? now;
  const waitMs = Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS);
  return {
    ...{ failures: failures + 1, failingSince: since, problem, nextAt: new Date(now.getTime() + waitMs) },
    state: gone || now.getTime() - since.getTime() >= GIVE_UP_AFTER_MS ? 'disabled' : 'active',
  };
}

/** @param size how many entries are signed */
export function toMessage({ failingSince, nextAt, ...destination }: Destination, size: bigint): AuditDestination {
  const { delivered, state } = destination;
  return {
    ...destination,
    behind: size > delivered ? size - delivered : 0n,
    nextAttemptAt: failingSince !== null && state === 'active' ? nextAt : null,
  };
}
