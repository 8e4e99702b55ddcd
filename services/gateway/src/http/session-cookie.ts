import type { Operation } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { FastifyRequest, RouteOptions } from 'fastify';

const COOKIE = '__Host-tenantry-session';
const VALUE = new RegExp(`(?:^|; *)${COOKIE}=([\\w-]{1,200})(?:;|$)`);
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';
/** What a page asks it with. No page of another site can send it: their preflight is answered without credentials. */
const HEADER = 'tenantry-session';

/** The operations whose answer has a refresh token, or ends one. */
const SIGNING = new Set(['Login', 'Refresh', 'Logout']);

/**
 * For pages of this origin, the refresh token of a session lives in a cookie that no script can read. A page asks for that with
 * `Tenantry-Session: cookie`: the token is taken out of the answer then, and put into the next request to refresh.
 */
export function sessionCookie({ name }: Operation): Pick<RouteOptions, 'preHandler' | 'onSend'> {
  if (!SIGNING.has(name)) return {};
  return {
    preHandler: (request, _reply, done) => {
      if (name === 'Refresh' && isWanted(request)) {
        request.body = Buffer.from(JSON.stringify({ ...bodyOf(request), refreshToken: tokenOf(request) }));
      }
      done();
    },
    onSend: (request, reply, payload, done) => {
      if (!isWanted(request)) return done(null, payload);
      if (name === 'Logout' || reply.statusCode === 401)
        reply.header('set-cookie', `${COOKIE}=; Max-Age=0; ${ATTRIBUTES}`);
      if (name === 'Logout' || reply.statusCode !== 200) return done(null, payload);
      const { refreshToken, ...rest } = JSON.parse(asText(payload)) as { refreshToken: string };
      reply.header('set-cookie', `${COOKIE}=${refreshToken}; ${ATTRIBUTES}`).removeHeader('content-length');
      done(null, JSON.stringify({ ...rest, refreshToken: '' }));
    },
  };
}

function isWanted({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return headers[HEADER] === 'cookie' && (site === undefined || site === 'same-origin');
}

/** @throws Fault `refresh-refused` */
function tokenOf({ headers }: FastifyRequest): string {
  const token = VALUE.exec(headers.cookie ?? '')?.[1];
  if (token === undefined) throw new Fault('refresh-refused');
  return token;
}

/** @throws Fault `malformed-request` */
function bodyOf({ body }: FastifyRequest): object {
  try {
    return JSON.parse(asText(body)) as object;
  } catch (cause) {
    throw new Fault('malformed-request', { detail: 'The body is no JSON', cause });
  }
}

function asText(payload: unknown): string {
  return payload instanceof Uint8Array ? Buffer.from(payload).toString() : String(payload ?? '');
}
