import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Findings } from '../report/outcome.js';
import { Finder } from './finder.js';
import type { Marks } from './marks.js';

/** The embedded stores: tables, write-ahead log and indexes of the one, streams and buckets of the other. */
const STORES = ['postgres', 'nats'];
const CHUNK_BYTES = 4 * 1024 * 1024;
/** File systems keep time by a coarser clock than ours. */
const COARSE_MS = 1_000;
/** A store takes files away while they are read. */
const GONE = 'ENOENT';

interface Scanned {
  readonly files: number;
  readonly bytes: number;
  readonly telling: readonly string[];
}

/** Reads the files of the instance's own stores as a thief of its disk would, for what must not lie there in clear. */
export async function readDisk(
  { root, since }: { readonly root: string; readonly since: Date },
  marks: Marks,
  findings: Findings,
): Promise<void> {
  const readable = new Finder(marks.inClear);
  for (const store of STORES) {
    const folder = join(root, store);
    const subject = `files of ${store}`;
    if (!existsSync(folder)) {
      findings.leaveOut({ section: 'leaks', subject, reason: 'they are not in the state directory' });
      continue;
    }
    const { files, bytes, telling } = await scan(folder, since, marks.neverInClear, Infinity);
    const seen = telling.length === 0 ? 'none' : telling.slice(0, 3).join(', ');
    const control = { subject, attack: 'control: what lies in clear is found' };
    const { telling: open } = await scan(folder, since, readable, 1);
    findings.record({
      section: 'controls',
      ...control,
      held: open.length > 0,
      expected: 'some',
      seen: open[0] ?? 'nowhere',
    });
    const outcome = { subject, attack: `${files} files of ${bytes} bytes read`, held: telling.length === 0, seen };
    findings.record({
      section: 'leaks',
      expected: 'no password, no token, nothing that lies encrypted in a table',
      ...outcome,
    });
  }
}

/** Only what was written to since: the rest of a store may be anything, and is as it was. Ends when so many files were found. */
async function scan(folder: string, since: Date, finder: Finder, enough: number): Promise<Scanned> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const telling: string[] = [];
  let [files, bytes] = [0, 0];
  for (const { parentPath, name } of entries) {
    const path = join(parentPath, name);
    const read = await scanFile(path, since, finder).catch(whatIsGone);
    if (read === null) continue;
    [files, bytes] = [files + 1, bytes + read.bytes];
    if (read.isTelling) telling.push(path.slice(folder.length + 1));
    if (telling.length >= enough) break;
  }
  return { files, bytes, telling };
}

interface ReadFile {
  readonly bytes: number;
  readonly isTelling: boolean;
}

async function scanFile(path: string, since: Date, finder: Finder): Promise<ReadFile | null> {
  if (statSync(path).mtimeMs + COARSE_MS < since.getTime()) return null;
  let [bytes, rest] = [0, Buffer.alloc(0)];
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    const all = Buffer.concat([rest, chunk]);
    bytes += chunk.length;
    if (finder.isIn(all)) return { bytes, isTelling: true };
    rest = all.subarray(Math.max(0, all.length - finder.overlapBytes));
  }
  return { bytes, isTelling: false };
}

function whatIsGone(error: NodeJS.ErrnoException): null {
  if (error.code !== GONE) throw error;
  return null;
}
