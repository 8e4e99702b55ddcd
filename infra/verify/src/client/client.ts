import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from './caller.js';
import { Sessions } from './sessions.js';

/** A request as it goes out, but for the credential. */
export interface Request {
  readonly method: string;
  /** Path and query string. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Is told of every answer and of who was shown it, by which token. */
export type Witness = (caller: Caller, request: Request, answer: Answer) => void;

const TIMEOUT_MS = 30_000;
/** What comes of a stream of events within this time is its answer: some have no end. */
const EVENTS_MS = 300;
const MAX_SOCKETS = 16;
const PATIENCE = 8;
const MAX_WAIT_S = 60;
const TOO_MANY = 429;

/**
 * Speaks HTTP to the gateway as anybody could. Unlike `fetch` it may say any host name, which is one of the attacks. An
 * answer that the limits are used up is waited for and asked again: limits are not what is tried here.
 */
export class Client {
  private readonly agent: HttpAgent;
  private readonly url: URL;

  constructor(
    baseUrl: string,
    private readonly witnesses: readonly Witness[] = [],
    readonly sessions = new Sessions(),
  ) {
    this.url = new URL(baseUrl);
    const options = { keepAlive: true, maxSockets: MAX_SOCKETS };
    this.agent = this.url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** Sends a request; a refusal is an answer too. */
  async send(caller: Caller, request: Request): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const current = await this.sessions.current(caller);
      const answer = await this.once(current, request);
      for (const witness of this.witnesses) witness(current, request, answer);
      const waitS = Number(answer.headers['retry-after'] ?? 1);
      if (answer.status !== TOO_MANY || attempt === PATIENCE || waitS > MAX_WAIT_S) return answer;
      await pause(waitS * 1_000);
    }
  }

  /**
   * Sends a request that must succeed, and reads its JSON.
   * @throws Error with the problem document when it does not
   */
  async must<T = Record<string, unknown>>(caller: Caller, request: Request): Promise<T> {
    const answer = await this.send(caller, request);
    if (answer.status >= 300) {
      throw new Error(`${request.method} ${request.path} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
    }
    return (answer.text === '' ? undefined : JSON.parse(answer.text)) as T;
  }

  /** Sends a request and goes away before, while or after it is answered. */
  async hangUp(caller: Caller, request: Request, afterMs: number): Promise<void> {
    const current = await this.sessions.current(caller);
    await this.once(current, request, AbortSignal.timeout(afterMs)).catch(() => undefined); // that is the point
  }

  close(): void {
    this.agent.destroy();
  }

  private once(caller: Caller, { method, path, headers, body }: Request, signal?: AbortSignal): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const send = this.url.protocol === 'https:' ? httpsRequest : httpRequest;
    const all = {
      ...headersOf(caller),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const options = { method, headers: all, agent: this.agent, timeout: TIMEOUT_MS, ...(signal && { signal }) };
    const outgoing = send(new URL(path, this.url), options, (incoming) => read(incoming).then(resolve, reject));
    outgoing.once('timeout', () => outgoing.destroy(new Error(`${method} ${path} was not answered in time`)));
    outgoing.once('error', reject).end(body);
    return promise;
  }
}

async function read(incoming: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  const isOfEvents = incoming.headers['content-type']?.startsWith('text/event-stream') ?? false;
  const enough = isOfEvents ? setTimeout(() => incoming.destroy(), EVENTS_MS) : undefined;
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch (error) {
    if (!isOfEvents) throw error;
  }
  clearTimeout(enough);
  const text = Buffer.concat(chunks).toString();
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    status: incoming.statusCode ?? 0,
    headers: Object.fromEntries(headers) as Record<string, string>,
    // Comments of a stream of events keep its connection alive, and come when they come.
    text: isOfEvents ? text.replaceAll(/^:.*\n+/gm, '') : text,
  };
}

function headersOf({ token, tenant, host, origin }: Caller): Record<string, string> {
  return {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(tenant === undefined ? {} : { 'tenantry-tenant': tenant }),
    ...(host === undefined ? {} : { host }),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** A request with a JSON body. */
export function json(method: string, path: string, body?: unknown): Request {
  return { method, path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
}
