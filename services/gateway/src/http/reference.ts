import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { securityHeaders } from './security-headers.js';

const { resolve } = createRequire(import.meta.url);
const ASSETS = ['/swagger-ui.css', '/swagger-ui-bundle.js', '/favicon-32x32.png'];

/** Only what the page itself brings; its styles set inline styles, its icons are data URLs. */
const CONTENT_SECURITY_POLICY = {
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    upgradeInsecureRequests: null,
  },
};

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Tenantry API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="reference"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', deepLinking: true, persistAuthorization: false, validatorUrl: null });
`;

/** Serves the contract at /openapi.json and its reference page at /docs, all from this process. */
export async function serveReference(app: FastifyInstance): Promise<void> {
  const contract = await readFile(resolve('@tenantry/contracts/openapi.json'));
  const page = securityHeaders({ contentSecurityPolicy: CONTENT_SECURITY_POLICY });
  app.get('/openapi.json', (_request, reply) => reply.type('application/json; charset=utf-8').send(contract));
  app.get('/docs', (_request, reply) => reply.headers(page).type('text/html; charset=utf-8').send(PAGE));
  app.get('/docs/start.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(START));
  await app.register(fastifyStatic, {
    root: dirname(resolve('swagger-ui-dist/package.json')),
    prefix: '/docs/',
    index: false,
    allowedPath: (path) => ASSETS.includes(path),
    maxAge: '1d',
  });
}
