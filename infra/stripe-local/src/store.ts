import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';

/** Whatever has an id. */
export interface Kept {
  readonly id: string;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A new id such as `cus_4fX…`. */
export function newObjectId(prefix: string, length = 24): string {
  return `${prefix}_${Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('')}`;
}

/**
 * The objects of every account, the newest last. With a file they outlive the process: each saved object is a line, and the last
 * line of an id counts.
 */
export class Store {
  readonly #objects = new Map<string, Map<string, Kept>>();

  constructor(private readonly file: string | null) {
    if (file === null || !existsSync(file)) return;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line === '') continue;
      const { place, object } = JSON.parse(line) as { place: string; object: Kept };
      this.#of(place).set(object.id, object);
    }
  }

  find<T extends Kept>(account: string, kind: string, id: string): T | undefined {
    return this.#objects.get(`${account} ${kind}`)?.get(id) as T | undefined;
  }

  all<T extends Kept>(account: string, kind: string): T[] {
    return [...(this.#objects.get(`${account} ${kind}`)?.values() ?? [])] as T[];
  }

  save<T extends Kept>(account: string, kind: string, object: T): T {
    const place = `${account} ${kind}`;
    this.#of(place).set(object.id, object);
    if (this.file !== null) appendFileSync(this.file, `${JSON.stringify({ place, object })}\n`, { mode: 0o600 });
    return object;
  }

  /** Writes the file anew without what objects were before. */
  compact(): void {
    if (this.file === null) return;
    const lines = [...this.#objects].flatMap(([place, objects]) =>
      [...objects.values()].map((object) => `${JSON.stringify({ place, object })}\n`),
    );
    writeFileSync(`${this.file}.new`, lines.join(''), { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
  }

  #of(place: string): Map<string, Kept> {
    const known = this.#objects.get(place);
    if (known) return known;
    const fresh = new Map<string, Kept>();
    this.#objects.set(place, fresh);
    return fresh;
  }
}
