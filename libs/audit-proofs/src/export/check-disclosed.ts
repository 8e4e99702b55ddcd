import { hash } from 'node:crypto';
import { BadExport } from './bad-export.js';
import { disclosedOf, lastTextOf, leafTextOf, type Disclosed, type Disclosure, type EntryLine } from './format.js';

// In canonical JSON members are sorted: after `origin` and after `sequence` come plain texts and numbers only, in which no
// unescaped quotation mark can stand. So the last one of these in a leaf is the member of the leaf itself.
const ORIGIN = '"origin":"';
const SEQUENCE = '"sequence":"';
const MEMBERS: ReadonlySet<string> = new Set(['origin', 'old', 'new']);

/** The number that an entry has in its log. */
export function sequenceOf(entry: EntryLine): string | undefined {
  return lastTextOf(entry, SEQUENCE);
}

const saltedHash = (salt: string, value: string): string =>
  hash('sha256', Buffer.concat([Buffer.from(salt, 'base64url'), Buffer.from(value)]), 'base64url');

/** What stands beside an entry, read. */
interface ReadDisclosure {
  readonly latin1: string;
  readonly shown: Disclosure;
  /** What the leaf must commit to; null when the origin was erased. */
  readonly originCommitment: string | null;
}

/** Checks what is disclosed beside the leaves against the commitments in them, and counts what was erased. */
export class DisclosureCheck {
  erased = 0;
  /** Entries of one event, which stand one after the other, often say the same. */
  private last: ReadDisclosure | null = null;

  /** @throws BadExport naming the entry whose values are not those that its leaf commits to */
  check(sequence: number, entry: EntryLine): void {
    try {
      this.compare(sequence, entry);
    } catch (error) {
      // Whatever else goes wrong comes from what is written there.
      throw error instanceof BadExport
        ? error
        : new BadExport('what stands beside the entry can not be read', sequence);
    }
  }

  private compare(sequence: number, entry: EntryLine): void {
    const { latin1, text } = disclosedOf(entry);
    if (this.last?.latin1 !== latin1) this.last = { latin1, ...readDisclosure(text()) };
    const { shown, originCommitment } = this.last;
    if (originCommitment === null) this.erased += 1;
    else if (originCommitment !== lastTextOf(entry, ORIGIN)) {
      throw new BadExport('the address or user agent is not the one that the entry commits to', sequence);
    }
    if (shown.old || shown.new) this.checkValues(sequence, entry, shown);
  }

  private checkValues(sequence: number, entry: EntryLine, shown: Disclosure): void {
    const leaf = JSON.parse(leafTextOf(entry)) as Record<
      'old' | 'new',
      Record<string, { commitment?: unknown } | null> | null
    >;
    for (const side of ['old', 'new'] as const) {
      for (const [column, value] of Object.entries(shown[side] ?? {})) {
        if ('erased' in value) this.erased += 1;
        else if (!isCommitted(value, leaf[side]?.[column]?.commitment)) {
          throw new BadExport(`${side} ${column} is not the value that the entry commits to`, sequence);
        }
      }
    }
  }
}

function isCommitted({ salt, value }: Exclude<Disclosed, { erased: true }>, commitment: unknown): boolean {
  return typeof salt === 'string' && typeof value === 'string' && saltedHash(salt, value) === commitment;
}

/** @throws TypeError when it is no disclosure, has members that nobody checks, or is not printed as one: of a name that stands twice others may read the other */
function readDisclosure(text: string): Omit<ReadDisclosure, 'latin1'> {
  const shown = JSON.parse(text) as Disclosure;
  if (!Object.keys(shown).every((name) => MEMBERS.has(name))) throw new TypeError('more than a disclosure');
  if (JSON.stringify(shown) !== text) throw new TypeError('not printed as a disclosure');
  return { shown, originCommitment: commitmentOf(shown.origin) };
}

/** RFC 8785 writes an array of texts and nulls as JSON.stringify does. */
function commitmentOf(origin: Disclosure['origin']): string | null {
  return 'erased' in origin ? null : saltedHash(origin.salt, JSON.stringify([origin.clientIp, origin.userAgent]));
}
