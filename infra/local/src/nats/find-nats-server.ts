import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { PlainError } from '../plain-error.js';
import { downloadNatsServer, downloadedNatsServer, NATS_RELEASE } from './download-nats-server.js';

const run = promisify(execFile);
/** Folders for servers that are not on everybody's PATH. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];
const INSTALL_TIMEOUT_MS = 180_000;
const OLDEST: readonly [number, number] = [2, 9];

interface Version {
  readonly major: number;
  readonly minor: number;
}

export interface NatsServerBinary {
  readonly path: string;
  readonly version: Version;
}

type Say = (text: string) => void;

/**
 * Finds nats-server: on PATH, else one we downloaded before, else by the machine's package manager, else as a pinned and
 * checksummed release.
 * @throws PlainError naming the three ways when none works
 */
export async function findNatsServer(say: Say): Promise<NatsServerBinary> {
  const present = (await usable(onPath('nats-server'))) ?? (await usable(downloadedNatsServer()));
  if (present) {
    return present;
  }
  const installed = (await installByPackageManager(say)) ? await usable(onPath('nats-server')) : undefined;
  if (installed) {
    return installed;
  }
  say(`downloading nats-server ${NATS_RELEASE}`);
  const why = await downloadNatsServer().then(
    () => '',
    (error: Error) => error.message,
  );
  const downloaded = await usable(downloadedNatsServer());
  if (!downloaded) {
    throw new PlainError(
      `nats-server ${OLDEST.join('.')} or newer is needed, and there are three ways to it: put one on PATH, ` +
        'install it (apt-get install nats-server, apk add nats-server, brew install nats-server), ' +
        `or let this machine reach github.com (${why}). Or give NATS_URL`,
    );
  }
  return downloaded;
}

function onPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SERVER_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The binary, unless it does not run or is too old. */
async function usable(path: string | undefined): Promise<NatsServerBinary | undefined> {
  if (!path || !isExecutable(path)) {
    return undefined;
  }
  const { stdout } = await run(path, ['--version']).catch(() => ({ stdout: '' }));
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(stdout) ?? [];
  const version = { major: Number(major), minor: Number(minor) };
  return isAtLeast(version, OLDEST) ? { path, version } : undefined;
}

/** Whether a version is the given one or newer. */
export function isAtLeast({ major, minor }: Version, [wantedMajor, wantedMinor]: readonly [number, number]): boolean {
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** Only where no password is needed: as root on Debian and Alpine, as anybody with Homebrew. */
async function installByPackageManager(say: Say): Promise<boolean> {
  const isRoot = process.getuid?.() === 0;
  const managers = [
    ...(isRoot
      ? [
          ['apt-get', 'install', '-y', '--no-install-recommends', 'nats-server'],
          ['apk', 'add', 'nats-server'],
        ]
      : []),
    ['brew', 'install', 'nats-server'],
  ];
  for (const [manager = '', ...args] of managers) {
    if (!onPath(manager)) {
      continue;
    }
    say(`installing nats-server with ${manager}`);
    // RUNLEVEL=1 keeps Debian from starting a server of its own.
    const options = {
      timeout: INSTALL_TIMEOUT_MS,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    };
    try {
      if (manager === 'apt-get') {
        await run(manager, ['update'], options);
      }
      await run(manager, args, options);
      return true;
    } catch {
      // The next way, then.
    }
  }
  return false;
}
