import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Comparison } from './compare-twins.js';

/** A comparison that came to an end, and at which system. */
interface Entry extends Comparison {
  readonly url: string;
  readonly version: string;
  readonly subject: string;
  readonly at: string;
}

type System = Pick<Entry, 'url' | 'version'>;

/** The comparisons that came to an end, one a line, so that what takes hours can be gone on with. */
export class Journal {
  private constructor(
    private readonly file: string,
    private readonly system: System,
    private readonly known: ReadonlyMap<string, Entry>,
  ) {}

  /** A journal that goes on with what the file has of this system and version, or begins it anew. */
  static open(file: string, system: System, { goesOn }: { readonly goesOn: boolean }): Journal {
    const text = goesOn && existsSync(file) ? readFileSync(file, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1); // a line that was broken off is measured again
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, whole, { mode: 0o600 });
    const entries = whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Entry]));
    const own = entries.filter(({ url, version }) => url === system.url && version === system.version);
    return new Journal(file, system, new Map(own.map((entry) => [entry.subject, entry])));
  }

  /** What is known of it from before. */
  of(subject: string): Comparison | undefined {
    return this.known.get(subject);
  }

  note(subject: string, comparison: Comparison): void {
    const entry: Entry = { ...this.system, subject, at: new Date().toISOString(), ...comparison };
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }
}
