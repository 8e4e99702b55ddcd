import { addAbortSignal, Readable } from 'node:stream';
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

/** A page may say which style is its own; whatever it says, nothing else is let in. */
function mayPass(name: string, value: string): boolean {
  return PASSED_ON.has(name) || (name === 'content-security-policy' && OWN_STYLE.test(value));
}
const OWN_STYLE =
  /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'none'; base-uri 'none'; frame-ancestors 'none'$/;

/** Sends what the service answered: its bytes as they are. */
export function sendAnswer(
  { operation, reply: answer, answerHeaders, signal }: Exchange,
  reply: FastifyReply,
): FastifyReply {
  if (!answer) throw new TypeError('An exchange without a reply has no answer');
  const status = answer.status ?? operation.http?.status ?? 200;
  reply.code(status).headers(answerHeaders).header('cache-control', 'no-store');
  if (status !== NO_CONTENT) reply.header('content-type', JSON_TYPE);
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    if (mayPass(name.toLowerCase(), value)) reply.header(name, value);
  }
  if (status === NO_CONTENT) return reply.send();
  return reply.send(answer.body ? streamOf(answer.body, signal, reply) : answer.payload);
}

/**
 * A stream ends when it is cut, however slow its reader is, and with a reset: what lies in buffers on its way is for
 * nobody any more.
 */
function streamOf(body: AsyncIterable<Uint8Array>, signal: AbortSignal | null, { raw }: FastifyReply): Readable {
  const stream = Readable.from(body, { objectMode: false });
  stream.once('error', () => raw.socket?.resetAndDestroy());
  return signal ? addAbortSignal(signal, stream) : stream;
}
