import { operations, type Operations } from './contract.js';

/** An operation of the API. */
export type OperationName = keyof Operations;
export type Input<N extends OperationName> = Operations[N]['input'];
export type Output<N extends OperationName> = Operations[N]['output'];

/** What an answer says that is not good (RFC 9457). */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string | null;
  readonly errors: readonly { readonly field: string; readonly message: string }[];
  /** Seconds to wait before asking again; null when nobody said. */
  readonly retryAfterS: number | null;
}

/** An answer that is not good, as something to throw. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Who asks, for which tenant, and by which name the same wish is known when it is sent again. */
export interface Caller {
  readonly accessToken: string | null;
  readonly tenant: string | null;
  readonly wish?: string;
  /** Whether the session's refresh token is the gateway's to keep, in a cookie that no script can read. */
  readonly isKept?: boolean;
}

const NOBODY: Caller = { accessToken: null, tenant: null };
const UNREACHED: Problem = {
  title: 'No answer',
  status: 0,
  detail: 'The server could not be reached. Check the connection and try again.',
  code: 'unreached',
  requestId: null,
  errors: [],
  retryAfterS: null,
};

/** Calls an operation of the API on this origin. @throws Refused */
export async function call<N extends OperationName>(
  name: N,
  input: Input<N>,
  caller: Caller = NOBODY,
): Promise<Output<N>> {
  const { method, path, isIdempotent } = operations[name];
  const { url, rest } = addressOf(path, method, input);
  const headers = headersOf(caller, isIdempotent);
  if (rest !== null) headers.set('content-type', 'application/json');
  const sent = { method, headers, body: rest === null ? null : JSON.stringify(rest) };
  const credentials = caller.isKept ? 'same-origin' : 'omit';
  const answer = await fetch(url, { ...sent, credentials, cache: 'no-store' }).catch(() => null);
  if (answer === null) throw new Refused(UNREACHED);
  if (!answer.ok) throw new Refused(await problemOf(answer));
  return (await bodyOf(answer)) as Output<N>;
}

function headersOf({ accessToken, tenant, wish, isKept }: Caller, isIdempotent: boolean): Headers {
  const headers = new Headers();
  if (accessToken !== null) headers.set('authorization', `Bearer ${accessToken}`);
  if (tenant !== null) headers.set('tenantry-tenant', tenant);
  if (isIdempotent && wish !== undefined) headers.set('idempotency-key', wish);
  if (isKept) headers.set('tenantry-session', 'cookie');
  return headers;
}

/** The address of an input: what its path names goes there, the rest into the query string or the body. */
export function addressOf(path: string, method: string, input: object): { url: string; rest: object | null } {
  const rest: Record<string, unknown> = { ...input };
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(rest[name]);
    delete rest[name];
    return encodeURIComponent(value);
  });
  if (method !== 'GET' && method !== 'DELETE') return { url, rest };
  const given = Object.entries(rest).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return { url: query === '' ? url : `${url}?${query}`, rest: null };
}

async function bodyOf(answer: Response): Promise<unknown> {
  if (answer.status === 204) return undefined;
  return answer.headers.get('content-type')?.startsWith('application/json') ? answer.json() : answer.blob();
}

async function problemOf(answer: Response): Promise<Problem> {
  const retryAfter = Number(answer.headers.get('retry-after'));
  const said = (await answer.json().catch(() => ({}))) as Partial<Problem>;
  const plain = { title: 'The request was refused', detail: `The answer was ${answer.status}`, code: 'refused' };
  return {
    ...{ ...plain, requestId: null, errors: [], ...said },
    status: answer.status,
    retryAfterS: retryAfter > 0 ? retryAfter : null,
  };
}
