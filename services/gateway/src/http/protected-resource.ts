import type { FastifyInstance, FastifyRequest } from 'fastify';

/** The protected resource: what a token with the audience `mcp` is for. */
export const RESOURCE = '/mcp';
const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const HOST = /^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** Tells clients of the MCP server what they talk to (OAuth 2.0 Protected Resource Metadata, RFC 9728), for the server alone and for the host. */
export function serveProtectedResource(app: FastifyInstance): void {
  for (const address of [WELL_KNOWN, `${WELL_KNOWN}${RESOURCE}`])
    app.get(address, (request, reply) => {
      const metadata = metadataOf(originOf(request));
      return reply.type('application/json; charset=utf-8').header('cache-control', 'no-store').send(metadata);
    });
}

function metadataOf(origin: string | null): object {
  return {
    resource: `${origin ?? ''}${RESOURCE}`,
    resource_name: 'Tenantry MCP server',
    bearer_methods_supported: ['header'],
    scopes_supported: ['mcp'],
    resource_documentation: `${origin ?? ''}/docs`,
    ...(origin === null ? undefined : { authorization_servers: [origin] }),
  };
}

/** The header with which a request of the MCP server that shows no good token is told where to look (RFC 9728, section 5.1); else null. */
export function challengeOf(request: FastifyRequest): string | null {
  if (request.url.split('?', 1)[0] !== RESOURCE) return null;
  const origin = originOf(request);
  return origin === null ? null : `Bearer realm="tenantry", resource_metadata="${origin}${WELL_KNOWN}${RESOURCE}"`;
}

/** What the client called us; null when that is no host, for it is repeated. */
export function originOf({ protocol, host }: FastifyRequest): string | null {
  return HOST.test(host) ? `${protocol}://${host.toLowerCase()}` : null;
}
