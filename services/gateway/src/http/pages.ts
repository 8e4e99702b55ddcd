import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { Fault } from '@tenantry/kernel';
import type { FastifyInstance } from 'fastify';
import { securityHeaders } from './security-headers.js';

const { resolve } = createRequire(import.meta.url);
const DIST = join(dirname(resolve('@tenantry/console/package.json')), 'dist');

/** Each page by its addresses: what lies below one is the page's own business. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  'desk.html': ['/console', '/console/*'],
  'subject.html': ['/privacy', '/privacy/*'],
};

/** Nothing but what was built with the page, and the API of this origin; no string ever becomes script. */
const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    requireTrustedTypesFor: ["'script'"],
    trustedTypes: ["'none'"],
  },
};

/**
 * Serves the console at /console and tenants' privacy forms at /privacy/{tenant}, as they were built: names of assets
 * change with their content, so browsers keep them, and nothing is compressed while somebody waits.
 */
export async function servePages(app: FastifyInstance, folder = DIST): Promise<void> {
  const headers = {
    ...securityHeaders({
      contentSecurityPolicy: CONTENT_SECURITY_POLICY,
      crossOriginResourcePolicy: { policy: 'same-origin' },
    }),
    'cache-control': 'no-cache',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  };
  for (const [file, addresses] of Object.entries(PAGES)) {
    const path = join(folder, file);
    for (const address of addresses) {
      app.get(address, async (_request, reply) => {
        const page = await readFile(path).catch(notBuilt); // with each request: pages built anew are there at once
        return reply.headers(headers).type('text/html; charset=utf-8').send(page);
      });
    }
  }
  if (!existsSync(join(folder, 'assets'))) return;
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/console/assets/',
    decorateReply: false,
    index: false,
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
  });
}

function notBuilt(cause: unknown): never {
  throw new Fault('unavailable', { detail: 'The pages have not been built: npm run build', cause });
}
