import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { answerTo, type Answer } from './answer.js';
import { readRequest, type ChatRequest } from './request.js';
import { sendStream } from './stream.js';

/** A running stand-in. */
export interface ModelLocal {
  /** What an OpenAI client takes as its base URL. */
  readonly baseUrl: string;
  /** Requests that were taken; for tests that count. */
  readonly requestCount: number;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const CREATED = 1_700_000_000;

/** The name under which the stand-in knows itself; any other works, too. */
const MODEL = 'local-rules';

/**
 * Starts a stand-in for a model: it speaks the OpenAI dialect of chat completions on loopback, needs no key, no network and no
 * weights, and answers by rules. What it does on request is in `knobs.ts`.
 */
export async function startModelLocal(port = 0): Promise<ModelLocal> {
  let requestCount = 0;
  const server = createServer((request, response) => {
    requestCount += 1;
    answer(request, response).catch((error: unknown) => refuse(response, 500, String(error)));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${actual}/v1`,
    get requestCount() {
      return requestCount;
    },
    close: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (request.method === 'GET' && path === '/v1/models')
    return sendJson(response, 200, { object: 'list', data: [model()] });
  if (request.method !== 'POST' || path !== '/v1/chat/completions')
    return refuse(response, 404, `Unknown request URL: ${path}`);
  let asked: ChatRequest;
  try {
    asked = readRequest(JSON.parse(await bodyOf(request)));
  } catch (error) {
    return refuse(response, 400, (error as Error).message);
  }
  await complete(asked, response);
}

async function complete(request: ChatRequest, response: ServerResponse): Promise<void> {
  const made = answerTo(request);
  const { knobs } = made;
  if (knobs.hangs) return;
  if (knobs.firstMs > 0) await pause(knobs.firstMs);
  if (knobs.retryAfterS !== null) response.setHeader('retry-after', String(knobs.retryAfterS));
  if (knobs.error !== null) return refuse(response, knobs.error, `As you wish: ${knobs.error}`);
  if (knobs.isMalformed)
    return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[{');
  if (request.stream) return sendStream(made, response, request.stream_options?.include_usage === true);
  if (knobs.cutAfter !== null) return void response.destroy();
  sendWhole(made, response);
}

function sendWhole(made: Answer, response: ServerResponse): void {
  const message = { role: 'assistant', content: made.tokens?.join('') ?? null, refusal: null };
  const withCalls = made.calls.length > 0 ? { ...message, tool_calls: made.calls } : message;
  sendJson(response, 200, {
    ...{ id: made.id, object: 'chat.completion', created: CREATED, model: made.model },
    choices: [{ index: 0, message: withCalls, finish_reason: made.finishReason, logprobs: null }],
    ...(made.knobs.hidesUsage ? undefined : { usage: made.usage }),
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function model(): object {
  return { id: MODEL, object: 'model', created: CREATED, owned_by: 'tenantry' };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) return void response.destroy();
  const type = status >= 500 ? 'server_error' : status === 429 ? 'rate_limit_error' : 'invalid_request_error';
  sendJson(response, status, { error: { message, type, param: null, code: null } });
}
