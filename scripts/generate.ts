/**
 * Derives everything from the contract in `proto/`; see libs/contracts/README.md.
 *
 *   npm run generate                 writes what has changed
 *   npm run generate -- --check      writes nothing; fails when something would change
 *   npm run generate -- --release    also makes today's contract the one that `buf breaking` compares with
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { format } from 'prettier';
import { printClient, type OpenApi } from '../services/console/generator/client.js';

const root = dirname(import.meta.dirname);
const library = 'libs/contracts';
const image = `${library}/image.binpb`;
const lock = join(root, 'node_modules/.generate.lock');
const LOCK_TRIES = 1_200;
const LOCK_PAUSE_MS = 100;

function buf(...args: string[]): void {
  execFileSync(join(root, 'node_modules/.bin/buf'), args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** One generation at a time: the lock is a file with the holder's process id, linked into place whole. */
async function withLock(work: () => Promise<void>): Promise<void> {
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, `${process.pid}`);
  try {
    await takeLock(mine);
    await work().finally(() => rmSync(lock, { force: true }));
  } finally {
    rmSync(mine, { force: true });
  }
}

async function takeLock(mine: string): Promise<void> {
  for (let tries = 0; tries < LOCK_TRIES; tries += 1) {
    try {
      return linkSync(mine, lock);
    } catch {
      const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
      if (holder && !isAlive(holder)) {
        rmSync(lock, { force: true });
      }
      await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS));
    }
  }
  throw new Error(`${lock} is held by another process; if none generates, remove it`);
}

/** Generates into a directory of its own and gives back the formatted files by path. */
async function generated(): Promise<Map<string, string>> {
  const directory = mkdtempSync(join(tmpdir(), 'tenantry-generate-'));
  try {
    buf('generate', 'proto', '--template', 'proto/buf.gen.yaml', '--output', directory);
    const options = JSON.parse(readFileSync(join(root, '.prettierrc.json'), 'utf8')) as object;
    const files = new Map<string, string>();
    const add = async (path: string, text: string): Promise<void> => {
      files.set(path, await format(text, { ...options, filepath: path }));
    };
    for (const path of globSync(`${library}/**/*.{ts,json}`, { cwd: directory })) {
      await add(path, readFileSync(join(directory, path), 'utf8'));
    }
    const openapi = JSON.parse(files.get(`${library}/openapi.json`)!) as OpenApi;
    await add('services/console/src/api/contract.ts', printClient(openapi));
    return files;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The paths whose text differs, or that are there and should not be. */
function differences(files: ReadonlyMap<string, string>): string[] {
  const read = (path: string): string | undefined =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined;
  const stale = globSync(`${library}/src/gen/**/*.ts`, { cwd: root }).filter((path) => !files.has(path));
  return [...[...files].filter(([path, text]) => read(path) !== text).map(([path]) => path), ...stale].sort();
}

/** Readers at the same moment see the old file or the new one, never half of one. */
function write(path: string, text: string | undefined): void {
  const target = join(root, path);
  if (text === undefined) {
    return rmSync(target);
  }
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.${process.pid}`, text);
  renameSync(`${target}.${process.pid}`, target);
}

await withLock(async () => {
  const files = await generated();
  const changed = differences(files);
  if (process.argv.includes('--check')) {
    process.exitCode = changed.length ? 1 : 0;
    console.log(
      changed.map((path) => `${path} is not what proto/ says; run npm run generate`).join('\n') ||
        'Generated code is current.',
    );
    return;
  }
  for (const path of changed) {
    write(path, files.get(path));
    console.log(`${files.has(path) ? 'wrote' : 'removed'} ${path}`);
  }
  if (process.argv.includes('--release')) {
    buf('build', 'proto', '--exclude-source-info', '--output', image);
  }
}).catch((error: unknown) => {
  console.error(error instanceof Error && 'status' in error ? 'Nothing was generated.' : error);
  process.exitCode = 1;
});
