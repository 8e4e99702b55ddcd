import { HASH_BYTES } from '../tree/hash.js';
import { subtreesOf } from '../tree/range.js';
import { BadExport } from './bad-export.js';
import { EXPORT_FORMAT, type ExportEnd, type ExportHead, type ExportRetired, RETIRED_EXPORT_FORMAT } from './format.js';

/** The head of an export, read. */
export interface Head {
  readonly origin: string;
  readonly first: number;
  readonly last: number;
  readonly before: readonly Uint8Array[];
  /** Whether lines of retired entries may follow. */
  readonly hasRetired: boolean;
}

/** The end of an export, read. */
export interface End {
  readonly entries: number;
  readonly after: readonly Uint8Array[];
  readonly checkpoint: string | null;
  readonly key: string | null;
}

/** @throws BadExport when the line is no head of an export of this format */
export function readHead(line: string): Head {
  const head = member<ExportHead>(line, 'export');
  const hasRetired = head?.format === RETIRED_EXPORT_FORMAT;
  if (!head || (head.format !== EXPORT_FORMAT && !hasRetired)) throw new BadExport(`this is no ${EXPORT_FORMAT}`);
  const first = parseNumber(head.first);
  const last = parseNumber(head.last);
  const before = parseHashes(head.before);
  if (first < 1 || last < first - 1 || before.length !== subtreesOf({ from: 0, to: first - 1 }).length) {
    throw new BadExport('the first line is not that of an export');
  }
  return { origin: String(head.origin), first, last, before, hasRetired };
}

/** Entries that were retired, read. */
export interface Retired {
  readonly first: number;
  readonly leaves: readonly Uint8Array[];
}

/** Undefined when the line has no retired entries. @throws BadExport for a line that can't be one */
export function readRetired(line: string): Retired | undefined {
  const retired = member<ExportRetired>(line, 'retired');
  if (!retired) return undefined;
  const joined = Buffer.from(String(retired.leafHashes), 'base64url');
  if (joined.length === 0 || joined.length % HASH_BYTES !== 0) throw new BadExport('a hash of the export is wrong');
  const leaves = Array.from({ length: joined.length / HASH_BYTES }, (_, i) =>
    joined.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
  return { first: parseNumber(retired.first), leaves };
}

/** Undefined when the line is no end of an export. @throws BadExport for one that can't be */
export function readEnd(line: string): End | undefined {
  const end = member<ExportEnd>(line, 'end');
  return (
    end && {
      entries: parseNumber(end.entries),
      after: parseHashes(end.after),
      checkpoint: end.checkpoint,
      key: end.key,
    }
  );
}

/** The one member of an object on a line. */
function member<T>(line: string, name: string): T | undefined {
  try {
    const value = JSON.parse(line) as Record<string, T> | null;
    return value && Object.keys(value).join() === name ? value[name] : undefined;
  } catch {
    return undefined;
  }
}

function parseNumber(text: unknown): number {
  if (typeof text !== 'string' || !/^(0|[1-9]\d{0,14})$/.test(text))
    throw new BadExport('a number of the export is wrong');
  return Number(text);
}

/** Hashes in base64url. */
function parseHashes(texts: unknown): Uint8Array[] {
  const hashes = Array.isArray(texts) ? texts.map((text) => Buffer.from(String(text), 'base64url')) : null;
  if (!hashes || hashes.some(({ length }) => length !== HASH_BYTES))
    throw new BadExport('a hash of the export is wrong');
  return hashes;
}
