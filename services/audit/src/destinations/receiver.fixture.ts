import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A batch as it arrived. */
export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Somebody's security tool, on loopback: keeps what it gets, and answers what the test says. */
export class TestReceiver {
  batches: Received[] = [];
  /** Status of the next answers; 204 when nothing is said. */
  answers: number[] = [];
  /** Called before the answer to a batch. */
  meanwhile: (batch: Received) => Promise<unknown> = () => Promise.resolve();
  #server: Server | null = null;

  async start(): Promise<void> {
    const server = createServer(async (request, response) => {
      const headers = request.headers as Received['headers'];
      const batch = { path: request.url ?? '', headers, body: await text(request) };
      this.batches.push(batch);
      await this.meanwhile(batch);
      response.writeHead(this.answers.shift() ?? 204, { location: '/elsewhere' }).end();
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  reset(): void {
    this.batches = [];
    this.answers = [];
    this.meanwhile = () => Promise.resolve();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
  }

  /** What came at a path. */
  at(path: string): Received[] {
    return this.batches.filter((batch) => batch.path === path);
  }
}
