import { OutboundError } from '@tenantry/service';
import { ModelFault, type ModelFaultKind } from './model-fault.js';

const MAX_RETRY_AFTER_S = 300;

const KINDS: Readonly<Record<number, ModelFaultKind>> = {
  ...{ 401: 'credentials', 402: 'credentials', 403: 'credentials', 404: 'unknown-model' },
  ...{ 408: 'timeout', 504: 'timeout', 413: 'too-long' },
  ...{ 409: 'overloaded', 429: 'overloaded', 503: 'overloaded', 529: 'overloaded' },
};

/** What the HTTP status of a provider means; both dialects agree on these. */
export function faultOfStatus(
  status: number,
  isTooLong: boolean,
  options: ErrorOptions & { readonly retryAfterS?: number },
): ModelFault {
  const kind = isTooLong ? 'too-long' : KINDS[status];
  return new ModelFault(kind ?? (status >= 500 ? 'failed' : 'refused'), options);
}

/** With these nothing was sent: there never was a connection. */
const NO_CONNECTION =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_\w+|CERT_\w+)$/;

/** What the end of a connection means: whether the request was sent decides whether it may cost something. */
export function connectionFault(error: Error): ModelFault {
  const options = { cause: error };
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    const { code } = one as NodeJS.ErrnoException;
    if (one instanceof OutboundError || (code !== undefined && NO_CONNECTION.test(code))) {
      return new ModelFault('unreachable', options);
    }
    if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
      return new ModelFault('timeout', options);
  }
  return new ModelFault('cut', options);
}

/** The Retry-After header in seconds (RFC 9110, section 10.2.3; a date is not used by any provider). */
export function retryAfterSOf(headers: Headers | undefined): number | undefined {
  const seconds = Number(headers?.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(Math.ceil(seconds), MAX_RETRY_AFTER_S) : undefined;
}
