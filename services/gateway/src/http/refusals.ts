import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Fault, newId } from '@tenantry/kernel';
import { Logger } from '@tenantry/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { dialectOf, faultOf, printProblem } from '../problem.js';
import { allowedMethods, type Route } from './endpoints.js';
import { challengeOf } from './protected-resource.js';

/** The header that names a request, for whoever asks about it later. */
export const REQUEST_ID = 'tenantry-request-id';
/** How long a refused client may go on sending before its connection is closed. */
const LINGER_MS = 2_000;
/**
 * Who asks too much is told a moment later. A program that asks again as soon as it is refused would otherwise have this
 * process do nothing but refuse, and everybody else would wait behind it.
 */
const TOO_MUCH_PAUSE_MS = 100;

/** Answers everything that did not end well, as problems. What nobody expected is logged whole and shown to nobody. */
@Injectable()
export class Refusals {
  constructor(private readonly log: Logger) {}

  /** Refuses a request. */
  async send(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const fault = faultOf(error);
    if (fault.reason === 'rate-limited') await pause(TOO_MUCH_PAUSE_MS);
    const { exchange } = request;
    const requestId = exchange?.id ?? newId();
    const problem = printProblem(fault, requestId, dialectOf(request.url));
    this.note(fault, { requestId, operation: exchange?.operation.name, tenantId: exchange?.party.tenantId });
    stopListening(request);
    reply.code(problem.status).headers({ ...exchange?.answerHeaders, ...problem.headers, [REQUEST_ID]: requestId });
    const challenge = problem.status === 401 ? challengeOf(request) : null;
    if (challenge !== null) reply.header('www-authenticate', challenge);
    return reply.send(problem.body);
  }

  /** Refuses an address or method that no operation has. */
  sendUnknown(routes: readonly Route[], request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const allow = allowedMethods(routes, request.url);
    return this.send(
      allow.length > 0 ? new Fault('method-not-allowed', { extra: { allow } }) : new Fault('not-found'),
      request,
      reply,
    );
  }

  /** Refuses what is not HTTP, too large headers included, on the bare connection. */
  sendRaw(error: Error & { code?: string }, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const isFlood = error.code === 'HPE_HEADER_OVERFLOW';
    const fault = new Fault('malformed-request', {
      detail: isFlood ? 'The headers are too large' : 'This is not an HTTP request',
    });
    const requestId = newId();
    const { status, headers, body } = printProblem(fault, requestId);
    const lines = Object.entries({
      ...headers,
      [REQUEST_ID]: requestId,
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
  }

  private note(fault: Fault, facts: object): void {
    if (fault.reason === 'internal' && fault.cause !== undefined)
      this.log.error({ ...facts, err: fault.cause }, 'A request failed unexpectedly');
    else if (fault.status >= 500) this.log.warn({ ...facts, err: fault }, 'A request could not be answered');
  }
}

/** A client that is still sending may read the answer first; then its connection is closed. */
function stopListening({ raw }: FastifyRequest): void {
  if (raw.complete !== false) return;
  setTimeout(() => raw.complete || raw.destroy(), LINGER_MS).unref();
}
