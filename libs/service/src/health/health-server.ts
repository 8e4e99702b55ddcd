import { createServer, type ServerResponse } from 'node:http';
import type { HttpAddress } from '../service.js';
import type { Readiness } from './readiness.js';

/** The port of /healthz and /readyz. */
export interface HealthServer {
  readonly url: string;
  /** Answers are short: nothing is waited for. */
  close(): Promise<void>;
}

/** Serves /healthz (the process lives) and /readyz (it can answer), for whoever restarts or routes to it. */
export async function serveHealth(address: HttpAddress, ready: () => Promise<Readiness>): Promise<HealthServer> {
  const server = createServer((request, response) => {
    if (request.url === '/healthz') {
      send(response, 200, { status: 'ok' });
    } else if (request.url === '/readyz') {
      void ready().then((readiness) => send(response, readiness.ready ? 200 : 503, readiness));
    } else {
      send(response, 404, { status: 'not found' });
    }
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(address.port, address.host, resolve),
  );
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : address.port;
  return {
    url: `http://${address.host}:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}
