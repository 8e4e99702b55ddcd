import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { pipeline } from 'node:stream';

/** Hands connections to gateways in turn, past those that are not there: what stands before replicas anywhere. */
export class Balancer implements AsyncDisposable {
  private readonly sockets = new Set<Socket>();
  private turn = 0;

  private constructor(
    private readonly server: Server,
    private readonly ports: readonly number[],
  ) {
    server.on('connection', (client) => void this.serve(client));
  }

  static async start(ports: readonly number[]): Promise<Balancer> {
    const server = createServer();
    const balancer = new Balancer(server, ports);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private async serve(client: Socket): Promise<void> {
    this.keep(client);
    const gateway = await this.reach();
    if (!gateway) return void client.destroy();
    this.keep(gateway);
    // Whichever side ends or breaks, so does the other: a client must see what became of its gateway.
    pipeline(client, gateway, client, () => (client.destroy(), gateway.destroy()));
  }

  private async reach(): Promise<Socket | null> {
    this.turn += 1;
    for (const offset of this.ports.keys()) {
      const socket = connect(this.ports[(this.turn + offset) % this.ports.length]!, '127.0.0.1');
      const isThere = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      if (isThere) return socket;
    }
    return null;
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined); // the pipeline ends both sides
    socket.once('close', () => this.sockets.delete(socket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
