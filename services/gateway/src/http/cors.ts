import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Origins } from '../directories/origins.js';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const READABLE =
  'content-range, location, preference-applied, ratelimit, ratelimit-policy, retry-after, tenantry-request-id';
const HEADER_NAMES = /^[\w-]{1,64}( *, *[\w-]{1,64}){0,40}$/;
const PREFLIGHT_LIFETIME_S = '600';

/** Headers that let a page of this origin read the answer; none for origins that nobody allows. */
export function readableFrom(origin: string | undefined, origins: Origins): Record<string, string> {
  if (origin === undefined || !origins.has(origin)) return {};
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': READABLE, vary: 'Origin' };
}

/** Answers a preflight: may a page of this origin ask at all? Whether it may ask this tenant shows when it does. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply, origins: Origins): FastifyReply {
  const { origin, 'access-control-request-headers': wanted } = request.headers;
  const headers = readableFrom(origin, origins);
  if (headers['access-control-allow-origin'] !== undefined) {
    headers['access-control-allow-methods'] = METHODS;
    headers['access-control-max-age'] = PREFLIGHT_LIFETIME_S;
    if (wanted !== undefined && HEADER_NAMES.test(wanted)) headers['access-control-allow-headers'] = wanted;
  }
  return reply.code(204).headers(headers).send();
}
