import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DOWNLOAD_TIMEOUT_MS = 120_000;

export const NATS_RELEASE = '2.10.29';
/** SHA-256 of the release's archives, as the official container images pin them. */
const CHECKSUMS: Readonly<Record<string, string>> = {
  'linux-amd64': 'e314da74a83a1d3876db8814c27eb990fe729640fd6452025b441bcede8390da',
  'linux-arm64': 'da4b27942ecfb4c5f0c54553d2e7f470ddda9d7581cfe8131b351a0e223ed401',
  'linux-arm7': 'a59e7336a32ef78b0ca8bc3e6707a5770461d3f45c4c2f96cfef263f26eaefd5',
};
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'arm7' };

/** Where a download lies, for every instance of this person on this machine. */
export function downloadedNatsServer(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tenantry', `nats-server-${NATS_RELEASE}`);
}

/** Downloads the pinned release. @throws Error when there is none for this machine, it can't be fetched, or is not what was pinned */
export async function downloadNatsServer(
  fetchArchive: (url: string) => Promise<Uint8Array> = fetchBytes,
): Promise<void> {
  const system = `${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`;
  const checksum = CHECKSUMS[system];
  if (!checksum) {
    throw new Error(`no pinned release for ${system}`);
  }
  const name = `nats-server-v${NATS_RELEASE}-${system}`;
  const archive = await fetchArchive(
    `https://github.com/nats-io/nats-server/releases/download/v${NATS_RELEASE}/${name}.tar.gz`,
  );
  if (createHash('sha256').update(archive).digest('hex') !== checksum) {
    throw new Error(`${name}.tar.gz is not the pinned release: its checksum differs`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-nats-'));
  try {
    writeFileSync(join(folder, 'archive.tar.gz'), archive);
    await run('tar', ['-xzf', 'archive.tar.gz'], { cwd: folder });
    const target = downloadedNatsServer();
    mkdirSync(join(target, '..'), { recursive: true });
    await run('cp', [join(folder, name, 'nats-server'), `${target}.${process.pid}`]);
    renameSync(`${target}.${process.pid}`, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) }).catch((error: Error) => {
    throw new Error(`download failed: ${error.message}`);
  });
  if (!response.ok) {
    throw new Error(`download failed: HTTP ${response.status}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}
