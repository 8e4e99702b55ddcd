import { connect } from 'node:net';

const CANCEL_CODE = 80_877_102;
const PATIENCE_MS = 2_000;

/** Where a backend is reached and by what it is named in a cancel request. */
export interface Backend {
  readonly host: string;
  readonly port: number;
  readonly processID: number;
  readonly secretKey: number;
}

/**
 * Asks the server to cancel what a backend is doing, over a connection of its own as the protocol demands. Settles when
 * the server has closed that connection, by when the backend has been signalled, or after two seconds.
 * @returns whether the server closed it
 */
export function sendCancelRequest({ host, port, processID, secretKey }: Backend): Promise<boolean> {
  const message = Buffer.alloc(16);
  [message.length, CANCEL_CODE, processID, secretKey].forEach((word, i) => message.writeInt32BE(word, i * 4));
  return new Promise((resolve) => {
    const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
    let failed = false;
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer to a cancel request')));
    socket.once('connect', () => socket.write(message));
    socket.once('error', () => (failed = true));
    socket.once('close', () => resolve(!failed));
    socket.resume();
  });
}
