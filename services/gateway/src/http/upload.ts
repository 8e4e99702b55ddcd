import { Readable } from 'node:stream';
import { Fault } from '@tenantry/kernel';
import type { FastifyRequest } from 'fastify';

/**
 * The body of a request as a bounded stream. Whoever stops reading early leaves the connection as it is: the client must
 * still be able to read why.
 */
export async function* uploadOf({ body }: FastifyRequest, maxBytes: number): AsyncGenerator<Uint8Array> {
  if (!(body instanceof Readable)) return;
  let bytes = 0;
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Fault('body-too-large');
    yield chunk;
  }
}
