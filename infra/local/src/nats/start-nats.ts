import { createConnection } from 'node:net';
import { join } from 'node:path';
import { Child } from '../process/child.js';
import { stopLeftover } from '../process/leftover.js';
import { writeSecretFile } from '../state/remembered.js';
import { isAtLeast, type NatsServerBinary } from './find-nats-server.js';
import { printNatsConfig, type NatsConfig } from './nats-config.js';

const START_TIMEOUT_MS = 20_000;
const STOP_PATIENCE_MS = 10_000;
/** `sync_interval` in the jetstream block. */
const KNOWS_SYNC: readonly [number, number] = [2, 10];

export interface RunningNats {
  readonly url: string;
  readonly pid: number;
  /** Settles when it has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** Calls back when it ends without having been stopped. */
  onLost(callback: () => void): void;
  stop(): Promise<void>;
}

/** Starts nats-server with JetStream in `directory` and waits until it answers. */
export async function startNats(
  binary: NatsServerBinary,
  directory: string,
  config: Omit<NatsConfig, 'storeDir' | 'syncAlways'>,
): Promise<RunningNats> {
  const configFile = join(directory, 'nats.conf');
  const pidFile = join(directory, 'nats.pid');
  await stopLeftover(pidFile, configFile, 'SIGTERM');
  const syncAlways = isAtLeast(binary.version, KNOWS_SYNC);
  writeSecretFile(configFile, printNatsConfig({ ...config, storeDir: join(directory, 'jetstream'), syncAlways }));
  const child = await Child.start(binary.path, ['-c', configFile, '-P', pidFile], {
    logFile: join(directory, 'nats.log'),
    ownProcessGroup: true,
  });
  await child.waitUntil(() => greets(config.port), 'nats-server', START_TIMEOUT_MS);
  return {
    url: `nats://127.0.0.1:${config.port}`,
    pid: child.pid,
    exited: child.exited,
    onLost: (callback) => child.onLost(callback),
    stop: () => child.stop('SIGTERM', STOP_PATIENCE_MS),
  };
}

/** Whether a NATS server answers on a port: it speaks first. */
export function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 500 });
    const answer = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.once('data', (bytes) => answer(bytes.toString().startsWith('INFO ')));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
    socket.once('close', () => answer(false));
  });
}
