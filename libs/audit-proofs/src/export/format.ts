import { hashLeafIn } from '../tree/hash.js';
import { textOf, type Line } from './whole-lines.js';

// The lines of an export: a head, a line for each entry, an end. services/audit/README.md describes them to auditors.

/** What the head of every export of this kind says; another layout would have another number. */
export const EXPORT_FORMAT = 'tenantry-audit-export/1';

/** The same of an export whose first entries were retired: a line for each block of them has their leaf hashes, and nothing else. */
export const RETIRED_EXPORT_FORMAT = 'tenantry-audit-export/2';

/** Entries that were retired: what they said is gone, and their leaf hashes prove what comes after them. */
export interface ExportRetired {
  /** Number of the first of them. */
  readonly first: string;
  /** Their leaf hashes one after the other, base64url. */
  readonly leafHashes: string;
}

/** The first line: which part of which log follows. */
export interface ExportHead {
  readonly format: string;
  readonly origin: string;
  /** Number of the first entry, from 1. One more than `last` when there are none. */
  readonly first: string;
  readonly last: string;
  /** The complete subtrees before the first entry, left to right, base64url: what a root needs of entries that are not here. */
  readonly before: readonly string[];
}

/** The last line: what the entries are proved against. */
export interface ExportEnd {
  readonly entries: string;
  /** The complete subtrees from the last entry to the end of the checkpoint, left to right, base64url. */
  readonly after: readonly string[];
  /** A checkpoint that covers all entries; null when the log has none, and no entries. */
  readonly checkpoint: string | null;
  /** The verifier key of that checkpoint. Whoever keeps one believes only that. */
  readonly key: string | null;
}

/** What a commitment in the leaf commits to, or that it was erased. */
export type Disclosed = { readonly salt: string; readonly value: string } | { readonly erased: true };

/** Values that the leaf of an entry has commitments to. */
export interface Disclosure {
  readonly origin:
    | { readonly clientIp: string | null; readonly userAgent: string | null; readonly salt: string }
    | { readonly erased: true };
  /** By column; absent for a reader who may not see them. */
  readonly old?: Readonly<Record<string, Disclosed>>;
  readonly new?: Readonly<Record<string, Disclosed>>;
}

const ENTRY_START = '{"leafHash":"';
const ENTRY_MIDDLE = '","entry":';
const DISCLOSED = ',"disclosed":{"origin":';
const LEAF_HASH_CHARS = 43;

export function printHead(head: ExportHead): string {
  return `${JSON.stringify({ export: head })}\n`;
}

/** A line of retired entries. */
export function printRetired(first: number, leafHashes: Uint8Array): string {
  const retired: ExportRetired = { first: String(first), leafHashes: Buffer.from(leafHashes).toString('base64url') };
  return `${JSON.stringify({ retired })}\n`;
}

export function printEnd(end: ExportEnd): string {
  return `${JSON.stringify({ end })}\n`;
}

/** A line of one entry. The text of its leaf stands in it as it was hashed, so what is read is what is proved. */
export function printEntry(leafHash: string, leafText: string, { origin, ...values }: Disclosure): string {
  return `${ENTRY_START}${leafHash}${ENTRY_MIDDLE}${leafText},"disclosed":${JSON.stringify({ origin, ...values })}}\n`;
}

/** An entry's line, taken apart: where its parts stand in it. */
export interface EntryLine {
  readonly line: Line;
  readonly leafHash: string;
  /** Where the leaf ends and what is disclosed begins. */
  readonly leafEnd: number;
}

const MIDDLE_AT = ENTRY_START.length + LEAF_HASH_CHARS;
const LEAF_AT = MIDDLE_AT + ENTRY_MIDDLE.length;
/** Bytes that a line of an entry has at least, its line feed included. */
export const SHORTEST_ENTRY = LEAF_AT + DISCLOSED.length + 2;
const DISCLOSED_VALUE_AT = ',"disclosed":'.length;

/**
 * Takes an entry's line apart; undefined for any other line. Whatever is between its start and the last `disclosed` counts
 * as the leaf, so nothing can be put into a line that is read and not hashed.
 */
export function readEntryLine(line: Line): EntryLine | undefined {
  const { latin1 } = line;
  if (!latin1.startsWith(ENTRY_START) || !latin1.startsWith(ENTRY_MIDDLE, MIDDLE_AT)) return undefined;
  const leafEnd = latin1.lastIndexOf(DISCLOSED);
  if (leafEnd < LEAF_AT || !latin1.endsWith('}')) return undefined;
  return { line, leafHash: latin1.slice(ENTRY_START.length, MIDDLE_AT), leafEnd };
}

/** The hash of the leaf as it stands there, base64url. */
export function hashOfLeaf({ line: { bytes, at }, leafEnd }: EntryLine): string {
  return hashLeafIn(bytes, at + LEAF_AT, at + leafEnd);
}

/** A member of the leaf itself that is a text and has no quotation mark in it, by the last place where it stands. */
export function lastTextOf({ line: { latin1 }, leafEnd }: EntryLine, start: string): string | undefined {
  const at = latin1.lastIndexOf(start, leafEnd - start.length);
  const from = at + start.length;
  return at < LEAF_AT ? undefined : latin1.slice(from, latin1.indexOf('"', from));
}

/** The leaf, to be parsed. */
export function leafTextOf({ line, leafEnd }: EntryLine): string {
  return textOf(line, LEAF_AT, leafEnd);
}

/** What is disclosed, a character for each byte. */
export function disclosedBytesOf({ line: { latin1 }, leafEnd }: EntryLine): string {
  return latin1.slice(leafEnd + DISCLOSED_VALUE_AT, -1);
}

/** What is disclosed, to be parsed. */
export function disclosedTextOf({ line, leafEnd }: EntryLine): string {
  return textOf(line, leafEnd + DISCLOSED_VALUE_AT, line.latin1.length - 1);
}
