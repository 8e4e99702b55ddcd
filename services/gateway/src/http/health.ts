import { Fault } from '@tenantry/kernel';
import { Bus } from '@tenantry/messaging';
import type { FastifyInstance } from 'fastify';
import type { Ready } from '../pipeline/ready.js';

/** `/healthz`: the process runs. `/readyz`: it knows enough, and reaches enough, to answer requests. */
export function serveHealth(app: FastifyInstance, ready: Ready, bus: Bus): void {
  app.get('/healthz', (_request, reply) => reply.send({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const missing = [...(bus.connected ? [] : ['NATS']), ...ready.stale.map((bucket) => `directory ${bucket}`)];
    if (missing.length > 0)
      throw new Fault('unavailable', { detail: `Not ready: ${missing.join(', ')}`, retryAfterS: 1 });
    return reply.send({ status: 'ready' });
  });
}
