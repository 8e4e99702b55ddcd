import type { RawAnswer, Wire } from './http.js';

/** Passwords that are strong enough. */
export const PASSWORD = 'copper lantern meadow 48 tide';

/** Somebody who can sign in, and does again when a session has ended. */
export class Client {
  private token: string | null = null;

  constructor(
    private readonly wire: Wire,
    readonly email: string,
    readonly password = PASSWORD,
  ) {}

  /** The header that proves who asks. @throws Error when signing in is refused */
  async credential(): Promise<Record<string, string>> {
    this.token ??= (await this.signIn()).accessToken;
    return { authorization: `Bearer ${this.token}` };
  }

  /** Opens a session of its own. @throws Error when it is refused */
  async signIn(): Promise<{ accessToken: string; refreshToken: string }> {
    const body = { email: this.email, password: this.password };
    return must(await sendJson(this.wire, 'POST', '/v1/auth/login', {}, body), 'signing in');
  }

  /** The next request signs in again. */
  forget(): void {
    this.token = null;
  }

  /** Asks for something that must be given. @throws Error with the problem when it is not */
  async must<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await sendJson(this.wire, method, path, await this.credential(), body);
    if (answer.status !== 401) return must(answer, `${method} ${path}`);
    this.forget();
    return must(await sendJson(this.wire, method, path, await this.credential(), body), `${method} ${path}`);
  }
}

/** Sends JSON with a credential. */
export function sendJson(
  wire: Wire,
  method: string,
  target: string,
  credential: Record<string, string>,
  body?: unknown,
): Promise<RawAnswer> {
  const payload = body === undefined ? null : Buffer.from(JSON.stringify(body));
  const headers = { ...credential, ...(payload ? { 'content-type': 'application/json' } : {}) };
  return wire.send({ method, target, headers, body: payload });
}

/** What an answer that must be good says. @throws Error with the problem when it is not */
export function must<T>({ status, text }: RawAnswer, what: string): T {
  if (status >= 300) throw new Error(`${what} answered ${status}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
