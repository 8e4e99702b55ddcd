import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PlainError } from '../plain-error.js';
import { Child } from '../process/child.js';
import { stopLeftover } from '../process/leftover.js';
import { postgresAccount, type Account } from './account.js';
import { postgresBinaries } from './binaries.js';
import { reachableFolder } from './reachable.js';

const run = promisify(execFile);
const SUPERUSER = 'postgres';
const START_TIMEOUT_MS = 60_000;
const STOP_PATIENCE_MS = 15_000;

/** Who may reach it: loopback only, no socket file. What it may tell: no statements, parameters or row values. */
const ALWAYS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  max_connections: '300',
  max_locks_per_transaction: '256',
  jit: 'off',
  log_statement: 'none',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

/** Nothing survives a crash of the machine, and nothing has to. */
const THROWAWAY = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
};

export interface PostgresOptions {
  /** Where it keeps everything; made when it does not exist. */
  readonly directory: string;
  readonly port: number;
  readonly password: string;
  /** For tests: fast, and not durable. */
  readonly throwaway?: boolean;
}

/** A running Postgres of our own. */
export interface EmbeddedPostgres {
  /** The superuser's URL. */
  readonly url: string;
  readonly pid: number;
  /** Calls back when it ends without having been stopped. */
  onLost(callback: () => void): void;
  stop(): Promise<void>;
}

/** Starts Postgres 18 in `directory`, making the cluster there the first time, and waits until it accepts connections. */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const account = await postgresAccount();
  const directory = reachableFolder(options.directory, account);
  const data = join(directory, 'data');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (account) {
    chownSync(directory, account.uid, account.gid);
  }
  if (existsSync(join(data, 'PG_VERSION'))) {
    await stopLeftover(join(data, 'postmaster.pid'), data, 'SIGINT');
  } else {
    await createCluster(data, options, account);
  }
  const settings = { ...ALWAYS, ...(options.throwaway ? THROWAWAY : {}), port: String(options.port) };
  const child = await Child.start(
    postgresBinaries(account).postgres,
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...account, logFile: join(directory, 'postgres.log'), ownProcessGroup: !options.throwaway },
  );
  await child.waitUntil(() => isReady(data, child.pid), 'Postgres', START_TIMEOUT_MS);
  return {
    url: `postgres://${SUPERUSER}:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}/postgres`,
    pid: child.pid,
    onLost: (callback) => child.onLost(callback),
    stop: () => child.stop('SIGINT', STOP_PATIENCE_MS),
  };
}

async function createCluster(data: string, options: PostgresOptions, account: Account | undefined): Promise<void> {
  const { initdb } = postgresBinaries(account);
  const passwordFile = join(dirname(data), 'initdb-password');
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (account) {
    chownSync(passwordFile, account.uid, account.gid);
  }
  const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  flags.push('--locale=C', '--no-instructions', ...(options.throwaway ? ['--no-sync'] : []));
  try {
    await run(initdb, [`--pgdata=${data}`, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, ...flags], {
      ...account,
    });
  } catch (error) {
    rmSync(data, { recursive: true, force: true });
    throw new PlainError(`Postgres could not make its data directory ${data}: ${lastLine(error)}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** The server writes its state into the eighth line of its pid file; `pg_ctl` looks at the same place. */
function isReady(data: string, pid: number): boolean {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

function lastLine(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  return (stderr || String(error)).trim().split('\n').at(-1) ?? '';
}
