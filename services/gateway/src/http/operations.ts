import { Injectable } from '@nestjs/common';
import type { Span } from '@opentelemetry/api';
import { Fault } from '@tenantry/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { GatewaySettings } from '../config.js';
import { Origins } from '../directories/origins.js';
import { Exchange } from '../pipeline/exchange.js';
import { Admission, Call } from '../pipeline/pipeline.js';
import { isBulkStream } from '../pipeline/take-turn.js';
import { REQUEST_ID } from './refusals.js';
import { sendAnswer } from './answer.js';
import { readableFrom } from './cors.js';
import type { Route } from './endpoints.js';
import { incomingOf } from './incoming.js';
import { OpenStreams } from './open-streams.js';
import { sessionCookie } from './session-cookie.js';
import { RequestTelemetry } from './tracing.js';
import { uploadOf } from './upload.js';

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange | null;
    span: Span | null;
  }
}

/** Puts operations on HTTP: admission before the body is read, the call after it. */
@Injectable()
export class Operations {
  private readonly telemetry = new RequestTelemetry();

  constructor(
    private readonly admission: Admission,
    private readonly call: Call,
    private readonly streams: OpenStreams,
    private readonly origins: Origins,
    private readonly settings: GatewaySettings,
  ) {}

  /** Fastify knows body parsers by scope: in one the body is read whole, in the other it stays a stream. */
  register(app: FastifyInstance, routes: readonly Route[]): void {
    app.decorateRequest('exchange', null);
    app.decorateRequest('span', null);
    const isUpload = ({ operation }: Route): boolean => operation.streams === 'request';
    void app.register((scope, _options, done) => {
      scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
      for (const route of routes) if (!isUpload(route)) scope.route(this.fastifyRoute(route));
      done();
    });
    void app.register((scope, _options, done) => {
      scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
      for (const route of routes) if (isUpload(route)) scope.route(this.fastifyRoute(route));
      done();
    });
  }

  private fastifyRoute(route: Route): RouteOptions {
    return {
      method: route.method,
      url: route.path,
      bodyLimit: route.operation.bodyLimitBytes,
      onRequest: (request) => this.admit(route, request),
      ...sessionCookie(route.operation),
      handler: (request, reply) => this.answer(request, reply),
      onResponse: (request, reply, done) => {
        if (request.exchange) this.telemetry.end(request.exchange, request.span, reply.statusCode, reply.elapsedTime);
        done();
      },
    };
  }

  private async admit(route: Route, request: FastifyRequest): Promise<void> {
    const startedAtMs = Date.now();
    const timeoutMs =
      route.operation.streams === 'none' ? this.settings.REQUEST_TIMEOUT_MS : this.settings.STREAM_TIMEOUT_MS;
    const exchange = new Exchange(route, incomingOf(request), startedAtMs + timeoutMs);
    request.exchange = exchange;
    Object.assign(exchange.answerHeaders, {
      [REQUEST_ID]: exchange.id,
      ...readableFrom(request.headers.origin, this.origins),
    });
    await this.admission.run(exchange);
    request.span = this.telemetry.begin(exchange, startedAtMs);
  }

  private async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const exchange = request.exchange!;
    if (exchange.operation.streams !== 'none') this.follow(exchange, reply);
    if (exchange.operation.streams === 'request')
      exchange.upload = uploadOf(request, exchange.operation.bodyLimitBytes);
    else if (request.body instanceof Uint8Array) exchange.body = request.body;
    try {
      await this.call.run(exchange);
    } finally {
      if (!isBulkStream(exchange.operation)) exchange.endTurn();
    }
    return sendAnswer(exchange, reply);
  }

  /** A stream ends when its client goes away, and when whatever let it in no longer holds. */
  private follow(exchange: Exchange, reply: FastifyReply): void {
    const controller = this.streams.follow(exchange);
    reply.raw.once('close', () => {
      this.streams.close(exchange);
      exchange.endTurn();
      if (!reply.raw.writableFinished) controller.abort(new Fault('cancelled'));
    });
  }
}
