import { Fault, reasons, type Reason } from '@tenantry/kernel';

/** A refusal as HTTP: the one place that knows problem documents (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * `rows` adds the members that PostgREST clients read: `message`, `details`, `hint` and their codes. `openai` adds the member `error`
 * that OpenAI clients read, `oauth` the members `error` and `error_description` of RFC 6749, section 5.2.
 */
export type ProblemDialect = 'plain' | 'rows' | 'openai' | 'oauth';

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const DEFAULT_RETRY_AFTER_S = 1;
const ROW_API = '/rest/v1/';
const OAUTH = /^\/oauth\/(?:token|authorize)(?:\?|$)/;
const OPENAI_API = /^\/v1\/(?:chat\/completions|models)(?:[?/]|$)/;

/** Fastify's own refusals, by its stable error codes; what is not listed follows its status. */
const fastifyReasons: Readonly<Record<string, Reason>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-request',
  FST_ERR_BAD_URL: 'malformed-request',
};

/** Which members the problems of an address carry. */
export function dialectOf(url: string): ProblemDialect {
  if (url.startsWith(ROW_API)) return 'rows';
  if (OAUTH.test(url)) return 'oauth';
  return OPENAI_API.test(url) ? 'openai' : 'plain';
}

/** The fault that a thrown thing stands for: an unexpected one is `internal` and keeps what happened as its cause. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const { code, statusCode } = (error ?? {}) as { code?: string; statusCode?: number };
  const known = code === undefined ? undefined : fastifyReasons[code];
  if (known) return new Fault(known, { cause: error });
  const isClientError = code?.startsWith('FST_') && statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return new Fault(isClientError ? 'malformed-request' : 'internal', { cause: error });
}

/**
 * Prints a fault. What is unknown and what belongs to somebody else must look alike, so a `not-found` never carries
 * a detail of its own: two of them differ in `requestId` only.
 */
export function printProblem(fault: Fault, requestId: string, dialect: ProblemDialect = 'plain'): Problem {
  const { status, title } = reasons[fault.reason];
  const isBare = fault.reason === 'not-found' || fault.reason === 'internal';
  const detail = isBare ? title : fault.detail;
  const document = {
    type: `urn:tenantry:problem:${fault.reason}`,
    title,
    status,
    detail,
    code: fault.reason,
    requestId,
    errors: isBare ? [] : fault.errors,
    ...(dialect === 'rows' ? { message: detail, details: null, hint: null } : undefined),
    ...(dialect === 'openai' ? { error: openAiError(fault, status, detail) } : undefined),
    ...(dialect === 'oauth' ? { error: oauthError(fault, status), error_description: detail } : undefined),
    ...(isBare ? undefined : fault.extra),
  };
  return { status, headers: headersOf(fault, status, dialect), body: JSON.stringify(document) };
}

const OPENAI_TYPES: Readonly<Record<number, string>> = {
  ...{ 401: 'authentication_error', 402: 'insufficient_quota', 403: 'permission_error', 404: 'not_found_error' },
  429: 'rate_limit_error',
};

/** What OpenAI clients throw; `code` is ours, and stable. */
function openAiError({ reason, errors }: Fault, status: number, detail: string): object {
  const type = OPENAI_TYPES[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
  // Clients show their users the message alone: what is wrong with which field must be in it.
  const isVague = errors.length > 0 && detail === reasons[reason].title;
  const message = isVague ? errors.map(({ field, message: what }) => `${field} ${what}`).join('; ') : detail;
  return { message, type, param: errors[0]?.field ?? null, code: reason };
}

const OAUTH_FIELDS: Readonly<Record<string, string>> = {
  ...{ grant_type: 'unsupported_grant_type', scope: 'invalid_scope', resource: 'invalid_target' },
  response_type: 'unsupported_response_type',
};

/** The words of RFC 6749, section 5.2, and RFC 8707, section 2. An agent that is unknown, or another tenant's, is no client. */
function oauthError({ errors }: Fault, status: number): string {
  if (status === 401 || status === 404) return 'invalid_client';
  if (status === 403 || status === 423) return 'unauthorized_client';
  if (status === 429 || status >= 500) return status === 500 ? 'server_error' : 'temporarily_unavailable';
  return OAUTH_FIELDS[errors[0]?.field ?? ''] ?? 'invalid_request';
}

function headersOf(fault: Fault, status: number, dialect: ProblemDialect): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' };
  if (status === 401) headers['www-authenticate'] = `${dialect === 'oauth' ? 'Basic' : 'Bearer'} realm="tenantry"`;
  if (status === 429 || status === 503)
    headers['retry-after'] = String(Math.max(1, Math.ceil(fault.retryAfterS ?? DEFAULT_RETRY_AFTER_S)));
  if (status === 405 && Array.isArray(fault.extra?.allow)) headers.allow = fault.extra.allow.join(', ');
  return headers;
}
