import { operations, type Operation } from '@tenantry/contracts';
import { Bus } from '@tenantry/messaging';
import type { HttpAddress, HttpServer, RunningService } from '@tenantry/service';
import { fastify, type FastifyInstance } from 'fastify';
import { GatewaySettings } from '../config.js';
import { AccessTokens } from '../credentials/access-tokens.js';
import { Origins } from '../directories/origins.js';
import { Ready } from '../pipeline/ready.js';
import { answerPreflight } from './cors.js';
import { routesOf } from './endpoints.js';
import { serveHealth } from './health.js';
import { serveAuthorizationServer } from './authorization-server.js';
import { OpenStreams } from './open-streams.js';
import { Operations } from './operations.js';
import { serveProtectedResource } from './protected-resource.js';
import { servePages } from './pages.js';
import { serveReference } from './reference.js';
import { Refusals } from './refusals.js';
import { securityHeaders } from './security-headers.js';

const HEADERS_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 16_384;
const MAX_PARAM_CHARS = 500;
const NO_QUERY = Object.freeze({});

/** Everything of the gateway that answers HTTP, not yet listening. */
export async function createServer(
  service: RunningService,
  table: readonly Operation[] = operations,
): Promise<FastifyInstance> {
  const settings = service.get(GatewaySettings);
  const refusals = service.get(Refusals);
  const origins = service.get(Origins);
  const routes = routesOf(table);
  const always = securityHeaders();
  await service.get(AccessTokens).load();
  const app = fastify({
    trustProxy: settings.TRUSTED_PROXIES.length > 0 ? [...settings.TRUSTED_PROXIES] : false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    requestTimeout: settings.STREAM_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { maxParamLength: MAX_PARAM_CHARS, querystringParser: () => NO_QUERY },
    frameworkErrors: (error, request, reply) => void refusals.send(error, request, reply),
    clientErrorHandler: (error, socket) => refusals.sendRaw(error, socket),
  });
  app.removeAllContentTypeParsers();
  app.setErrorHandler((error, request, reply) => refusals.send(error, request, reply));
  app.setNotFoundHandler((request, reply) => refusals.sendUnknown(routes, request, reply));
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(always);
    done();
  });
  app.options('*', (request, reply) => answerPreflight(request, reply, origins));
  serveHealth(app, service.get(Ready), service.get(Bus));
  await serveReference(app);
  serveProtectedResource(app);
  serveAuthorizationServer(app);
  await servePages(app);
  service.get(Operations).register(app, routes);
  await app.ready();
  return app;
}

/** Opens the gateway's HTTP port. */
export async function openHttp(service: RunningService, { host, port }: HttpAddress): Promise<HttpServer> {
  const app = await createServer(service);
  const streams = service.get(OpenStreams);
  return {
    url: await app.listen({ host, port }),
    close: (drainTimeoutMs) => closeServer(app, streams, drainTimeoutMs),
  };
}

/** Takes nothing new, lets requests finish, and cuts those that take longer: a client that stalls must not keep the process. */
export async function closeServer(app: FastifyInstance, streams: OpenStreams, drainTimeoutMs: number): Promise<void> {
  streams.endFeeds();
  const timer = setTimeout(() => app.server.closeAllConnections(), drainTimeoutMs);
  await app.close().finally(() => clearTimeout(timer));
}
