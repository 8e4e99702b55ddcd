import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Findings } from '../report/outcome.js';

/** The logs of an instance from a moment on. */
export class Logs {
  private readonly starts: ReadonlyMap<string, number>;

  /** Remembers how long each log is now: what was written before says nothing about what is tried from here on. */
  constructor(private readonly folder: string) {
    this.starts = new Map(this.names.map((name) => [name, statSync(join(folder, name)).size]));
  }

  /** Looks for tenants' values, passwords and tokens in what was written since, where none of them may be. */
  report(marks: readonly string[], findings: Findings): void {
    for (const name of this.names) {
      const lines = this.since(name).split('\n');
      const found = lines.find((line) => marks.some((mark) => line.includes(mark)));
      const outcome = { subject: name, attack: `${lines.length} lines read`, held: found === undefined };
      const expected = "no tenant's values, passwords or tokens";
      const seen = found === undefined ? 'none' : `in a line of ${found.length} characters: ${textOf(found)}`;
      findings.record({ section: 'leaks', ...outcome, expected, seen });
    }
  }

  private get names(): string[] {
    return readdirSync(this.folder).filter((file) => file.endsWith('.log'));
  }

  private since(name: string): string {
    const path = join(this.folder, name);
    const from = this.starts.get(name) ?? 0;
    const bytes = Buffer.alloc(Math.max(0, statSync(path).size - from));
    const file = openSync(path, 'r');
    try {
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, from));
    } finally {
      closeSync(file);
    }
  }
}

/** What kind of line it is, and not what is in it. */
function textOf(line: string): string {
  const named = /"text":"([^"]*)"/.exec(line)?.[1];
  return named ?? 'not one of a service';
}
