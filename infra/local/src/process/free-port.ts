import { createServer } from 'node:net';

/** Whether a port of the loopback interface can be listened on right now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryListen(port)) !== null;
}

/** A loopback port that nobody listens on; another process may still take it before its user does. */
export async function freePort(): Promise<number> {
  const port = await tryListen(0);
  if (port === null) {
    throw new Error('No free port on 127.0.0.1');
  }
  return port;
}

function tryListen(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? null) : null));
    });
  });
}
