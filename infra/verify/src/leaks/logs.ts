import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Findings } from '../report/outcome.js';
import type { Marks } from './marks.js';

/** Where values may be: the stores themselves, what people were sent, what stands in for Stripe, and the keys. */
const STORES = new Set(['postgres', 'nats', 'secrets', 'outbox', 'stripe-local.jsonl']);
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Longer than any mark: what lies across two chunks is in one of them whole. */
const OVERLAP_BYTES = 4_096;

/** The files that an instance keeps beside its stores, its logs above all, from a moment on. */
export class Logs {
  private readonly starts: ReadonlyMap<string, number>;

  /** Remembers how long each file is now: what was written before says nothing about what is tried from here on. */
  constructor(private readonly folder: string) {
    this.starts = new Map(this.names.map((name) => [name, statSync(join(folder, name)).size]));
  }

  /** Looks for tenants' values, passwords and tokens in what was written since, where none of them may be. */
  report(marks: Marks, findings: Findings): void {
    for (const name of this.names) {
      const { bytes, telling } = this.read(name, marks);
      const outcome = { subject: name, attack: `${bytes} bytes read`, held: telling === null };
      const expected = "no tenant's values, passwords or tokens";
      findings.record({ section: 'leaks', ...outcome, expected, seen: telling ?? 'none' });
    }
  }

  private get names(): string[] {
    const all = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    const files = all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const names = files.map((file) => file.slice(this.folder.length + 1));
    return names.filter((name) => !STORES.has(name.split('/', 1)[0]!)).sort();
  }

  /** What was written to a file since, a chunk at a time. */
  private read(name: string, marks: Marks): { bytes: number; telling: string | null } {
    const path = join(this.folder, name);
    const file = openSync(path, 'r');
    const buffer = Buffer.alloc(CHUNK_BYTES);
    const end = statSync(path).size;
    let at = Math.min(this.starts.get(name) ?? 0, end);
    const start = at;
    try {
      while (at < end) {
        const count = readSync(file, buffer, 0, Math.min(CHUNK_BYTES, end - at), at);
        const text = buffer.toString('utf8', 0, count);
        if (marks.isTelling(text)) return { bytes: end - start, telling: lineOf(text, marks) };
        if (at + count >= end) break;
        at += count - OVERLAP_BYTES;
      }
      return { bytes: end - start, telling: null };
    } finally {
      closeSync(file);
    }
  }
}

/** What kind of line it is, and not what is in it. */
function lineOf(text: string, marks: Marks): string {
  const line = text.split('\n').find((one) => marks.isTelling(one)) ?? '';
  const named = /"text":"([^"]*)"/.exec(line)?.[1] ?? 'not one of a service';
  return `in a line of ${line.length} characters: ${named}`;
}
