import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One forward step of a schema. */
export interface MigrationFile {
  readonly number: number;
  /** E.g. `0004_locations.sql`. */
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

/** A line of files that is applied as one role, in order. */
export interface MigrationLine {
  /** Names it in the bookkeeping: `platform`, `tenants`, `tenants/messaging`. */
  readonly name: string;
  readonly owner: string;
  readonly files: readonly MigrationFile[];
}

const FILE = /^(\d{4})_[a-z0-9_]+\.sql$/;

/**
 * Reads a folder of `<n>_<name>.sql`; `replace` fills in the placeholders of a template.
 * @throws Error for a file that is not named so, and for two with the same number
 */
export function readMigrations(folder: URL, replace: (text: string) => string = (text) => text): MigrationFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  const files = names.toSorted().map((name) => {
    const number = Number(FILE.exec(name)?.[1]);
    if (!number) {
      throw new Error(`${fileURLToPath(folder)}${name}: a migration is named like 0001_locations.sql`);
    }
    const text = replace(readFileSync(new URL(name, folder), 'utf8'));
    return { number, name, text, checksum: createHash('sha256').update(text).digest('hex') };
  });
  const twice = files.find((file, i) => file.number === files[i - 1]?.number);
  if (twice) {
    throw new Error(`${fileURLToPath(folder)}${twice.name}: another migration has this number`);
  }
  return files;
}

/** What the database remembers about one applied file. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

/**
 * The files still to apply.
 * @throws Error when the database has something that this code has not, or has it differently
 */
export function pendingMigrations(line: MigrationLine, applied: readonly AppliedMigration[]): readonly MigrationFile[] {
  const byNumber = new Map(line.files.map((file) => [file.number, file]));
  for (const { number, name, checksum } of applied) {
    const file = byNumber.get(number);
    if (!file) {
      throw new Error(
        `the database is ahead of this code: it has ${line.name}/${name}, which this version does not know`,
      );
    }
    if (file.checksum !== checksum) {
      throw new Error(`${line.name}/${file.name} was changed after it had been applied; write a new migration instead`);
    }
  }
  const last = Math.max(0, ...applied.map((one) => one.number));
  const known = new Set(applied.map((one) => one.number));
  const pending = line.files.filter((file) => !known.has(file.number));
  const late = pending.find((file) => file.number < last);
  if (late) {
    throw new Error(`${line.name}/${late.name} comes before one that is already applied; give it a higher number`);
  }
  return pending;
}
