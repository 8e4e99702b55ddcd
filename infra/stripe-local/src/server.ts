import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { PLATFORM, World, type Route } from './call.js';
import { Deliveries, type DeliveryKnobs, type WebhookEndpoint } from './deliveries.js';
import { Faults } from './faults.js';
import { readForm } from './http/form.js';
import { Idempotency, type KeptAnswer } from './http/idempotency.js';
import { readParams } from './http/params.js';
import { isKept, noSuch, Problem } from './http/problem.js';
import { decideDispute } from './objects/charges.js';
import { answerPage } from './pages.js';
import { routes } from './routes.js';
import { newObjectId, Store, type Kept } from './store.js';

const MAX_BODY_BYTES = 1_048_576;
/** The one key it takes: a test key, so that nobody mistakes it for the real thing. */
export const LOCAL_API_KEY = 'sk_test_local_stand_in';

export interface StripeLocalOptions {
  /** 0 takes any. */
  readonly port?: number;
  /** Keeps what there is across starts. */
  readonly file?: string;
  readonly webhooks?: readonly WebhookEndpoint[];
}

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** The stand-in: a stateful server on the loopback interface that the real client talks to. */
export class StripeLocal {
  /** What goes wrong with requests to come. */
  readonly faults = new Faults();
  /** Requests to the API so far, e.g. `POST /v1/customers`. */
  readonly requests: string[] = [];
  readonly #idempotency = new Idempotency();
  readonly #deliveries: Deliveries;
  readonly #world: World;
  readonly #server: Server;
  #url = '';

  private constructor(options: StripeLocalOptions) {
    this.webhooks = options.webhooks ?? [];
    this.#deliveries = new Deliveries(() => this.webhooks);
    const store = new Store(options.file ?? null);
    this.#world = new World(
      store,
      () => this.#url,
      (event) => this.#deliveries.send(event),
    );
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Where events are sent. */
  webhooks: readonly WebhookEndpoint[];

  static async start(options: StripeLocalOptions = {}): Promise<StripeLocal> {
    const made = new StripeLocal(options);
    await new Promise<void>((resolve, reject) => {
      made.#server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    made.#url = `http://127.0.0.1:${(made.#server.address() as AddressInfo).port}`;
    return made;
  }

  get url(): string {
    return this.#url;
  }

  /** How deliveries misbehave. */
  get knobs(): DeliveryKnobs {
    return this.#deliveries.knobs;
  }

  /** Waits until every event was taken or given up. */
  delivered(): Promise<void> {
    return this.#deliveries.settled();
  }

  /** Every object of a kind, e.g. `payment_intent`; of a connected account when it is named. */
  all<T extends Kept>(kind: string, account = PLATFORM): T[] {
    return this.#world.store.all<T>(account, kind);
  }

  /** What the bank decides about a dispute. */
  decideDispute(id: string, status: 'won' | 'lost', account = PLATFORM): void {
    decideDispute(this.#world, account, id, status);
  }

  async close(): Promise<void> {
    this.#deliveries.close();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = newObjectId('req', 14);
    try {
      const url = new URL(request.url ?? '/', this.#url);
      const { method = 'GET', headers } = request;
      const asked = { method, url, headers, body: await readBody(request) };
      if (url.pathname.startsWith('/v1/') || url.pathname.startsWith('/v2/'))
        this.#answerApi(asked, requestId, response);
      else this.#answerPage(asked, response);
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(500, 'api_error', (error as Error).message);
      send(response, requestId, { status: problem.status, body: JSON.stringify(problem.body(requestId)) });
    }
  }

  #answerApi(asked: Asked, requestId: string, response: ServerResponse): void {
    const { method, url, headers, body } = asked;
    authenticate(headers.authorization);
    const account = this.#accountOf(headers['stripe-account']);
    const found = findRoute(method, url.pathname);
    const name = `${method} ${found.route.path}`;
    this.requests.push(name);
    const key = method === 'POST' ? headers['idempotency-key'] : undefined;
    const fingerprint = Idempotency.fingerprint(method, url.pathname, body);
    const kept = typeof key === 'string' ? this.#idempotency.find(account, key, fingerprint) : undefined;
    if (kept) return send(response, requestId, kept, { 'idempotent-replayed': 'true' });
    const fault = this.faults.take(name);
    if (fault === 'cut-before') return void response.socket?.destroy();
    const { answer, isFinal } = this.#run(found, {
      account,
      fault,
      form: method === 'GET' ? url.search.slice(1) : body,
      requestId,
    });
    if (typeof key === 'string' && isFinal) this.#idempotency.keep(account, key, fingerprint, answer);
    if (fault === 'cut-after') return void response.socket?.destroy();
    send(response, requestId, answer);
  }

  #run(
    { route, id }: { route: Route; id: string },
    {
      account,
      fault,
      form,
      requestId,
    }: { account: string; fault: string | undefined; form: string; requestId: string },
  ): { readonly answer: KeptAnswer; readonly isFinal: boolean } {
    try {
      if (fault === 'server-error') throw new Problem(500, 'api_error', 'An unknown error occurred');
      if (fault === 'lock-timeout')
        throw new Problem(
          429,
          'invalid_request_error',
          'This object cannot be accessed right now because another API request or Stripe process is currently accessing it.',
          { code: 'lock_timeout' },
        );
      const params = readParams(readForm(form), route);
      const object = route.handle({ account, params, id, world: this.#world });
      return { answer: { status: 200, body: JSON.stringify(object) }, isFinal: true };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { answer: { status: error.status, body: JSON.stringify(error.body(requestId)) }, isFinal: isKept(error) };
    }
  }

  #accountOf(header: string | string[] | undefined): string {
    if (header === undefined) return PLATFORM;
    if (typeof header === 'string' && this.#world.store.find(PLATFORM, 'account', header)) return header;
    throw new Problem(
      403,
      'invalid_request_error',
      'The provided key does not have access to this account, or it does not exist.',
      { code: 'account_invalid' },
    );
  }

  #answerPage({ method, url, body }: Asked, response: ServerResponse): void {
    const chosen = method === 'POST' ? (new URLSearchParams(body).get('choice') ?? '') : null;
    const answer = answerPage(this.#world, url, chosen);
    if (!answer) throw unknownUrl(method, url.pathname);
    if ('location' in answer) response.writeHead(303, { location: answer.location }).end();
    else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(answer.html);
  }
}

function authenticate(authorization: string | undefined): void {
  if (authorization === `Bearer ${LOCAL_API_KEY}`) return;
  throw new Problem(
    401,
    'invalid_request_error',
    'Invalid API Key provided: the local stand-in takes its own test key alone.',
  );
}

function findRoute(method: string, path: string): { route: Route; id: string } {
  for (const route of routes) {
    const match = route.method === method && new RegExp(`^${route.path.replace(':id', '([^/]+)')}$`).exec(path);
    if (match) return { route, id: decodeURIComponent(match[1] ?? '') };
  }
  throw unknownUrl(method, path);
}

function unknownUrl(method: string, path: string): Problem {
  const { message } = noSuch('route', path);
  return new Problem(404, 'invalid_request_error', `Unrecognized request URL (${method}: ${path}). ${message}`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Problem(413, 'invalid_request_error', 'The request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(
  response: ServerResponse,
  requestId: string,
  { status, body }: KeptAnswer,
  more: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': requestId, ...more }).end(body);
}
