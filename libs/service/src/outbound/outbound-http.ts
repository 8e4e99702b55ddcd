import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, Headers, request, type Dispatcher, type HeadersInit, type Response } from 'undici';
import { AddressPolicy } from './address-policy.js';
import { answerAsItComes, letGo } from './answer-as-it-comes.js';
import { OutboundError } from './outbound-error.js';

export interface OutboundRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** For everything, redirects included. Default 10,000. */
  readonly timeoutMs?: number;
  /** Of the answer's body. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Default 3; 0 hands a redirect to the caller. */
  readonly maxRedirects?: number;
  readonly signal?: AbortSignal;
}

export interface OutboundResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
  /** Where it came from, after redirects. */
  readonly url: string;
}

/** What of a `fetch` is understood. */
export interface FetchInit {
  readonly method?: string;
  readonly headers?: HeadersInit;
  readonly body?: string | Uint8Array | null;
  readonly signal?: AbortSignal | null;
}

export interface OutboundOptions {
  /** Networks beyond the public ones, in CIDR notation. */
  readonly networks: readonly string[];
  /** Finds a host's addresses; tests replace it. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/** Streams that may be open to one origin. */
const STREAMS_PER_ORIGIN = 2_048;
/** How long a stream may be silent. */
const STREAM_SILENCE_MS = 120_000;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const TO_ONE_ORIGIN_ONLY = new Set(['authorization', 'cookie', 'proxy-authorization']);

/**
 * The only way out to addresses that somebody else chose (webhooks, identity providers, mail APIs). A host is resolved
 * once, every address is checked, and the connection goes to a checked address, so a name that changes its mind between
 * check and use gains nothing. Redirects are checked alike; time and size are bounded. Injectable.
 */
export class OutboundHttp {
  readonly #policy: AddressPolicy;
  readonly #resolve: (host: string) => Promise<readonly string[]>;
  readonly #agent: Agent;
  readonly #streams: Agent;

  constructor(options: OutboundOptions) {
    this.#policy = new AddressPolicy(options.networks);
    this.#resolve = options.resolve ?? resolveBySystem;
    const connect = { lookup: this.#checkedLookup };
    this.#agent = new Agent({ connect, keepAliveTimeout: 10_000, connections: 32 });
    this.#streams = new Agent({
      connect,
      keepAliveTimeout: 10_000,
      connections: STREAMS_PER_ORIGIN,
      headersTimeout: STREAM_SILENCE_MS,
      bodyTimeout: STREAM_SILENCE_MS,
    });
  }

  /** @throws OutboundError */
  async request(url: string | URL, options: OutboundRequest = {}): Promise<OutboundResponse> {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? 10_000);
    const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
    let target = new URL(url);
    let current: OutboundRequest = options;
    for (let redirects = options.maxRedirects ?? 3; ; redirects -= 1) {
      const response = await this.#exchange(target, current, signal);
      const next = REDIRECTS.has(response.status) ? response.headers.location : undefined;
      if (typeof next !== 'string' || options.maxRedirects === 0) {
        return response;
      }
      if (redirects <= 0) {
        throw new OutboundError('too-many-redirects', `${target.host} redirects too often`);
      }
      const redirected = new URL(next, target);
      current = followRedirect(current, response.status, redirected.origin === target.origin);
      target = redirected;
    }
  }

  /**
   * As the `fetch` of the web, for clients that bring their own dialect and read the answer while it comes. The same addresses are
   * refused; a redirect is an error. Answers come as they are: no compression is asked for. Time is the caller's signal, beyond two minutes of
   * silence; size is `maxBytes` for each answer.
   * @throws OutboundError for a refused address or a redirect, else what the connection failed with
   */
  async fetch(url: string | URL, init: FetchInit = {}, maxBytes = Number.POSITIVE_INFINITY): Promise<Response> {
    const target = new URL(url);
    this.#checkTarget(target);
    const answer = await request(target, {
      dispatcher: this.#streams,
      method: init.method ?? 'GET',
      headers: { ...Object.fromEntries(new Headers(init.headers)), 'accept-encoding': 'identity' },
      body: init.body,
      signal: init.signal,
    });
    if (REDIRECTS.has(answer.statusCode)) {
      letGo(answer.body);
      throw new OutboundError('too-many-redirects', `${target.host} redirects`);
    }
    return answerAsItComes(answer, maxBytes);
  }

  async close(): Promise<void> {
    await Promise.all([this.#agent.close(), this.#streams.close()]);
  }

  async #exchange(target: URL, options: OutboundRequest, signal: AbortSignal): Promise<OutboundResponse> {
    this.#checkTarget(target);
    try {
      const { statusCode, headers, body } = await request(target, {
        dispatcher: this.#agent,
        method: options.method ?? 'GET',
        headers: options.headers,
        body: options.body,
        signal,
      });
      return {
        status: statusCode,
        headers,
        body: await readBounded(body, options.maxBytes ?? 1_048_576),
        url: target.href,
      };
    } catch (error) {
      throw toOutboundError(error, target, signal);
    }
  }

  /** An address in the URL itself is never looked up, so it is checked here. */
  #checkTarget(target: URL): void {
    const host = target.hostname.replace(/^\[|\]$/g, '');
    if ((target.protocol !== 'https:' && target.protocol !== 'http:') || target.username || target.password) {
      throw new OutboundError('address-refused', 'Outbound requests go to http and https URLs without credentials');
    }
    if (isIP(host) && !this.#policy.allows(host)) {
      throw new OutboundError('address-refused', `${host} is not an address that outbound requests may reach`);
    }
  }

  readonly #checkedLookup: LookupFunction = (host, options, callback) => {
    this.#resolveChecked(host).then(
      (found) => (options.all ? callback(null, found) : callback(null, found[0]!.address, found[0]!.family)),
      (error: Error) => callback(error, []),
    );
  };

  /** One refused address refuses the host: which of them would be used is chance. */
  async #resolveChecked(host: string): Promise<{ address: string; family: number }[]> {
    const addresses = await this.#resolve(host);
    if (addresses.length === 0) {
      throw new OutboundError('unreachable', `${host} has no address`);
    }
    if (!addresses.every((address) => this.#policy.allows(address))) {
      throw new OutboundError('address-refused', `${host} has an address that outbound requests may not reach`);
    }
    return addresses.map((address) => ({ address, family: isIP(address) }));
  }
}

async function resolveBySystem(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

function followRedirect(options: OutboundRequest, status: number, sameOrigin: boolean): OutboundRequest {
  const headers = Object.entries(options.headers ?? {}).filter(
    ([name]) => sameOrigin || !TO_ONE_ORIGIN_ONLY.has(name.toLowerCase()),
  );
  const keepsMethod = status === 307 || status === 308 || options.method === undefined || options.method === 'HEAD';
  return keepsMethod
    ? { ...options, headers: Object.fromEntries(headers) }
    : {
        ...options,
        method: 'GET',
        body: undefined,
        headers: Object.fromEntries(headers.filter(([name]) => !/^content-/i.test(name))),
      };
}

async function readBounded(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new OutboundError('too-large', `The answer is larger than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toOutboundError(error: unknown, target: URL, signal: AbortSignal): OutboundError {
  if (error instanceof OutboundError) {
    return error;
  }
  if (signal.aborted && signal.reason?.name !== 'TimeoutError') {
    return new OutboundError('cancelled', `The request to ${target.host} was cancelled`, { cause: error });
  }
  const timedOut = signal.aborted || /TIMEOUT/.test(String((error as { code?: unknown }).code));
  return timedOut
    ? new OutboundError('timeout', `${target.host} did not answer in time`, { cause: error })
    : new OutboundError('unreachable', `${target.host} could not be reached`, { cause: error });
}
