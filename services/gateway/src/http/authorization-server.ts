import { Fault } from '@tenantry/kernel';
import type { FastifyInstance } from 'fastify';
import { originOf } from './protected-resource.js';

const TOKEN = '/oauth/token';
const AUTHORIZE = '/oauth/authorize';

/**
 * Tells OAuth clients where agents' tokens come from (RFC 8414). There is one grant, `client_credentials`; nobody signs in for an agent here, so there are no
 * response types. `authorization_endpoint` is in it because clients refuse a description without one, and says why it can't be used.
 */
export function serveAuthorizationServer(app: FastifyInstance): void {
  app.get('/.well-known/oauth-authorization-server', (request, reply) => {
    const origin = originOf(request);
    if (origin === null) throw new Fault('malformed-request', { detail: 'The Host header names no host' });
    return reply
      .type('application/json; charset=utf-8')
      .header('cache-control', 'no-store')
      .send({
        issuer: origin,
        token_endpoint: origin + TOKEN,
        authorization_endpoint: origin + AUTHORIZE,
        response_types_supported: [],
        grant_types_supported: ['client_credentials'],
        token_endpoint_auth_methods_supported: ['client_secret_basic'],
        scopes_supported: ['mcp'],
        service_documentation: `${origin}/docs`,
      });
  });
  app.get(AUTHORIZE, () => {
    const detail = `Nobody signs in for an agent here: ask POST ${TOKEN} with the grant client_credentials`;
    throw new Fault('malformed-request', { field: 'response_type', detail });
  });
}
