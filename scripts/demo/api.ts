/** What a request to the gateway gave. */
export interface Answer<T = unknown> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

/** How a call differs from a plain JSON call. */
export interface CallOptions {
  readonly body?: unknown;
  /** Sent as it is, with this content type, instead of `body`. */
  readonly raw?: { readonly type: string; readonly data: string | ReadableStream<Uint8Array> };
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** A client of the gateway with one credential: nothing that any other HTTP client could not do. */
export class Api {
  constructor(
    readonly baseUrl: string,
    readonly token: string | null = null,
    readonly tenant: string | null = null,
  ) {}

  /** The same client with another credential. */
  as(token: string | null, tenant: string | null = null): Api {
    return new Api(this.baseUrl, token, tenant);
  }

  /** Headers that carry the credential and, when one was chosen, the tenant. */
  get headers(): Record<string, string> {
    return {
      ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
      ...(this.tenant ? { 'tenantry-tenant': this.tenant } : {}),
    };
  }

  /** Sends a request; a refusal is an answer too. */
  async call<T = Record<string, unknown>>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> {
    const response = await fetch(this.baseUrl + path, this.request(method, options));
    const text = await response.text();
    const isJson = text !== '' && /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, body: (isJson ? JSON.parse(text) : text) as T, headers: response.headers };
  }

  private request(method: string, { body, raw, headers, signal }: CallOptions): RequestInit & { duplex: 'half' } {
    const json = body === undefined ? undefined : { type: 'application/json', data: JSON.stringify(body) };
    const payload = raw ?? json;
    return {
      method,
      headers: { ...this.headers, ...(payload ? { 'content-type': payload.type } : {}), ...headers },
      body: payload?.data ?? null,
      signal: signal ?? null,
      duplex: 'half',
    };
  }

  /**
   * Sends a request that must succeed.
   * @throws Error with the problem document when it does not
   */
  async must<T = Record<string, unknown>>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    const answer = await this.call<T>(method, path, options);
    if (answer.status >= 300)
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Signs in and gives a client that acts as that person. */
  async signIn(email: string, password: string, tenant: string | null = null): Promise<Api> {
    const { accessToken } = await this.must<{ accessToken: string }>('POST', '/v1/auth/login', {
      body: { email, password },
    });
    return this.as(accessToken, tenant);
  }
}
