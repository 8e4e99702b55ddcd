import { Agent, request } from 'node:http';

/** A request as bytes: what `fetch` would refuse to send is sent. */
export interface RawRequest {
  readonly method: string;
  /** Path and query string, as they go over the wire. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

/** What came back. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly tookMs: number;
}

/** Longer than the gateway, which gives up after 15 s: whoever waits this long was not answered at all. */
const DEADLINE_MS = 20_000;
/** What comes of a stream of events within this time is its answer: some have no end. */
const EVENTS_MS = 1_000;

/** The wire to one gateway. */
export class Wire {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });

  constructor(readonly baseUrl: string) {}

  /**
   * Sends a request. A kept connection may end at the moment in which it is used again, and one whose body is refused before it
   * is whole may end while it is written; so what was not answered is sent once more, on a connection of its own.
   * @throws Error when no answer has come in time, or the connection ended twice without one
   */
  send(request: RawRequest): Promise<RawAnswer> {
    return this.once(request, this.agent).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') throw error;
      return this.once(request, false);
    });
  }

  private once({ method, target, headers, body }: RawRequest, agent: Agent | false): Promise<RawAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
    const { hostname, port } = new URL(this.baseUrl);
    const startMs = performance.now();
    const length = body ? { 'content-length': String(body.length) } : {};
    const outgoing = request(
      { agent, hostname, port, method, path: target, headers: { ...headers, ...length } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        const answer = (): void => {
          const text = Buffer.concat(chunks).toString();
          const tookMs = performance.now() - startMs;
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, tookMs });
        };
        incoming.on('end', answer);
        if (incoming.headers['content-type']?.startsWith('text/event-stream'))
          setTimeout(() => (answer(), outgoing.destroy()), EVENTS_MS);
      },
    );
    const late = (): void => void outgoing.destroy(new Error(`no answer after ${DEADLINE_MS} ms`));
    const timer = setTimeout(late, DEADLINE_MS);
    outgoing.on('error', reject);
    outgoing.end(body ?? undefined);
    return promise.finally(() => clearTimeout(timer));
  }

  close(): void {
    this.agent.destroy();
  }
}
