import { hash } from 'node:crypto';
import {
  disclosedBytesOf,
  disclosedTextOf,
  lastTextOf,
  leafTextOf,
  type Disclosed,
  type Disclosure,
  type EntryLine,
} from './format.js';

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

  /** Why what stands beside an entry is not what its leaf commits to; null when it is. */
  whyBad(entry: EntryLine): string | null {
    try {
      return this.#compare(entry);
    } catch {
      return 'what stands beside the entry can not be read'; // whatever goes wrong comes from what is written there
    }
  }

  #compare(entry: EntryLine): string | null {
    const latin1 = disclosedBytesOf(entry);
    if (this.last?.latin1 !== latin1) this.last = { latin1, ...readDisclosure(disclosedTextOf(entry)) };
    const { shown, originCommitment } = this.last;
    if (originCommitment === null) this.erased += 1;
    else if (originCommitment !== lastTextOf(entry, ORIGIN)) {
      return 'the address or user agent is not the one that the entry commits to';
    }
    return shown.old || shown.new ? this.#compareValues(entry, shown) : null;
  }

  #compareValues(entry: EntryLine, shown: Disclosure): string | null {
    const leaf = JSON.parse(leafTextOf(entry)) as Record<
      'old' | 'new',
      Record<string, { commitment?: unknown } | null> | null
    >;
    for (const side of ['old', 'new'] as const) {
      for (const [column, value] of Object.entries(shown[side] ?? {})) {
        if ('erased' in value) this.erased += 1;
        else if (!isCommitted(value, leaf[side]?.[column]?.commitment)) {
          return `${side} ${column} is not the value that the entry commits to`;
        }
      }
    }
    return null;
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
