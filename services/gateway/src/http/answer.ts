import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Exchange } from '../pipeline/exchange.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const NO_CONTENT = 204;

/** The headers that a service may set; everything else about the connection is the gateway's. */
const PASSED_ON: ReadonlySet<string> = new Set([
  'cache-control',
  'content-disposition',
  'content-location',
  'content-profile',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'link',
  'location',
  'preference-applied',
  'range-unit',
]);

/** Sends what the service answered: its bytes as they are. */
export function sendAnswer({ operation, reply: answer, answerHeaders }: Exchange, reply: FastifyReply): FastifyReply {
  if (!answer) throw new TypeError('An exchange without a reply has no answer');
  const status = answer.status ?? operation.http?.status ?? 200;
  reply.code(status).headers(answerHeaders).header('cache-control', 'no-store');
  if (status !== NO_CONTENT) reply.header('content-type', JSON_TYPE);
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    if (PASSED_ON.has(name.toLowerCase())) reply.header(name, value);
  }
  if (status === NO_CONTENT) return reply.send();
  return reply.send(answer.body ? Readable.from(answer.body, { objectMode: false }) : answer.payload);
}
