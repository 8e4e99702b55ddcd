import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Wish {
  readonly plaintext?: string;
  readonly ciphertext?: string;
  readonly associated_data?: string;
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

const refused = (status: number, error: string): Reply => ({ status, body: { errors: [error] } });

/** What stands in for Vault's transit engine: one key in versions, one token, and the answers that the engine's API documents. */
export class TransitServer {
  token = 'hvs.right';
  /** Answers with this status for so many requests. */
  failing: { status: number; times: number } = { status: 0, times: 0 };
  requests = 0;
  private readonly versions = [randomBytes(32)];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TransitServer> {
    const server = createServer((request, response) => void transit.serve(request, response));
    const transit = new TransitServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return transit;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** As `vault write -f transit/keys/tenantry/rotate`. */
  rotate(): void {
    this.versions.push(randomBytes(32));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests += 1;
    const { status, body } = this.answer(request, Buffer.concat(chunks).toString());
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  private answer({ headers, url, method }: IncomingMessage, text: string): Reply {
    if (this.failing.times > 0) {
      this.failing.times -= 1;
      return refused(this.failing.status, 'internal error');
    }
    if (headers['x-vault-token'] !== this.token) return refused(403, 'permission denied');
    const wish = (text ? JSON.parse(text) : {}) as Wish;
    switch (`${method} ${url}`) {
      case 'POST /v1/transit/encrypt/tenantry':
        return this.encrypt(wish);
      case 'POST /v1/transit/decrypt/tenantry':
        return this.decrypt(wish);
      case 'GET /v1/transit/keys/tenantry':
        return { status: 200, body: { data: { latest_version: this.versions.length, type: 'aes256-gcm96' } } };
      default:
        return refused(404, 'no handler for route');
    }
  }

  private encrypt({ plaintext = '', associated_data: associated = '' }: Wish): Reply {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.versions.at(-1)!, iv).setAAD(Buffer.from(associated, 'base64'));
    const sealed = [iv, cipher.update(Buffer.from(plaintext, 'base64')), cipher.final(), cipher.getAuthTag()];
    const ciphertext = `vault:v${this.versions.length}:${Buffer.concat(sealed).toString('base64')}`;
    return { status: 200, body: { data: { ciphertext, key_version: this.versions.length } } };
  }

  private decrypt({ ciphertext = '', associated_data: associated = '' }: Wish): Reply {
    const [, version = '', text = ''] = ciphertext.split(':');
    const key = this.versions[Number(version.slice(1)) - 1];
    if (!key) return refused(400, 'invalid ciphertext: version is too new');
    try {
      const bytes = Buffer.from(text, 'base64');
      const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 }).setAAD(
        Buffer.from(associated, 'base64'),
      );
      cipher.setAuthTag(bytes.subarray(-16));
      const plaintext = Buffer.concat([cipher.update(bytes.subarray(12, -16)), cipher.final()]).toString('base64');
      return { status: 200, body: { data: { plaintext } } };
    } catch {
      return refused(400, 'cipher: message authentication failed');
    }
  }
}
