import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { Findings } from '../report/outcome.js';
import type { Marks } from './marks.js';

/** Takes traces, metrics and logs as a collector of OpenTelemetry does (OTLP over HTTP), and looks for what they may not say. */
export class Collector implements AsyncDisposable {
  private readonly seen = new Map<string, { count: number; telling: number }>();

  private constructor(
    private readonly server: Server,
    private readonly marks: Marks,
  ) {
    server.on('request', (request, response) => void this.take(request, response));
  }

  static async listen(port: number, marks: Marks): Promise<Collector> {
    const server = createServer();
    const collector = new Collector(server, marks);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** One outcome for each kind of signal; a kind that never came is told as not tried. */
  report(findings: Findings): void {
    for (const kind of ['traces', 'metrics']) {
      const { count, telling } = this.seen.get(kind) ?? { count: 0, telling: 0 };
      const reason = 'none came: is OTEL_EXPORTER_OTLP_ENDPOINT of the instance the collector, and TRACE_RATIO 1?';
      if (count === 0) findings.leaveOut({ section: 'leaks', subject: kind, reason });
      else
        findings.record({
          ...{ section: 'leaks', subject: kind, attack: `${count} batches read`, held: telling === 0 },
          ...{ expected: "no tenant's values, passwords or tokens", seen: telling === 0 ? 'none' : `in ${telling}` },
        });
    }
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const kind = request.url?.split('/').at(-1) ?? '';
    const { count, telling } = this.seen.get(kind) ?? { count: 0, telling: 0 };
    // Texts are as they are within protocol buffers, too.
    const tells = this.marks.isTelling(bytes);
    this.seen.set(kind, { count: count + 1, telling: telling + (tells ? 1 : 0) });
    response.writeHead(200, { 'content-type': request.headers['content-type'] ?? 'application/json' });
    response.end(request.headers['content-type']?.includes('json') ? '{}' : undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
