import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';

/** Which of some texts are in the bytes of any file below a folder. Files that go away meanwhile have none. */
export async function tracesIn(folder: string, texts: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files) {
    for (const text of await textsIn(file, texts)) found.add(text);
  }
  return found;
}

/** Reads a file once, in memory that does not grow with it; a text may lie across two chunks. */
async function textsIn(file: string, texts: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const wanted = texts.map((text) => ({ text, bytes: Buffer.from(text) }));
  const overlap = Math.max(...wanted.map(({ bytes }) => bytes.length)) - 1;
  let end: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      const window = Buffer.concat([end, chunk]);
      wanted.filter(({ bytes }) => window.includes(bytes)).forEach(({ text }) => found.add(text));
      end = window.subarray(Math.max(0, window.length - overlap));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return found;
}

/**
 * What an operator does to have deleted rows leave the disk: rewrites every table (what a plain vacuum frees stays in the pages until it is written over), and
 * has old write-ahead log removed instead of used again.
 */
export async function scrub(admin: pg.Client): Promise<void> {
  for (const setting of [`wal_recycle = off`, `min_wal_size = '32MB'`])
    await admin.query(`alter system set ${setting}`);
  await admin.query('select pg_reload_conf()');
  await admin.query('vacuum (full, analyze)');
  await admin.query('vacuum full pg_statistic');
  for (let turn = 0; turn < 3; turn++) {
    await admin.query('select pg_switch_wal()');
    await admin.query('checkpoint');
  }
}
