import { hash } from 'node:crypto';
import { BadExport } from './bad-export.js';
import type { Disclosed, Disclosure, EntryLine } from './format.js';

// In canonical JSON members are sorted: after `origin` and after `sequence` come plain texts and numbers only, in which no
// unescaped quotation mark can stand. So the last one of these in a leaf is the member of the leaf itself.
const ORIGIN = Buffer.from('"origin":"');
const SEQUENCE = Buffer.from('"sequence":"');
const QUOTE = 0x22;
const MEMBERS: ReadonlySet<string> = new Set(['origin', 'old', 'new']);

function lastText(leaf: Buffer, member: Buffer): string | undefined {
  const at = leaf.lastIndexOf(member);
  const from = at + member.length;
  return at < 0 ? undefined : leaf.toString('latin1', from, leaf.indexOf(QUOTE, from));
}

/** The number that an entry has in its log. */
export function sequenceOf(leaf: Buffer): string | undefined {
  return lastText(leaf, SEQUENCE);
}

const saltedHash = (salt: string, value: string): string =>
  hash('sha256', Buffer.concat([Buffer.from(salt, 'base64url'), Buffer.from(value)]), 'base64url');

/** Checks what is disclosed beside the leaves against the commitments in them, and counts what was erased. */
export class DisclosureCheck {
  erased = 0;
  /** Entries of one event have one origin, one after the other. */
  private lastOrigin = '';
  private lastCommitment = '';

  /** @throws BadExport naming the entry whose values are not those that its leaf commits to */
  check(sequence: number, { leaf, disclosed }: EntryLine): void {
    const text = disclosed.toString();
    const shown = parseDisclosure(text, sequence);
    if ('erased' in shown.origin) this.erased += 1;
    else this.checkOrigin(sequence, shown.origin, lastText(leaf, ORIGIN));
    if (shown.old || shown.new) this.checkValues(sequence, leaf, shown);
  }

  private checkOrigin(sequence: number, origin: object, committed: string | undefined): void {
    const { clientIp, userAgent, salt } = origin as { clientIp: unknown; userAgent: unknown; salt: string };
    const canonical = JSON.stringify([clientIp, userAgent]); // the same as RFC 8785 for texts and null
    const key = `${salt} ${canonical}`;
    if (key !== this.lastOrigin) [this.lastOrigin, this.lastCommitment] = [key, saltedHash(salt, canonical)];
    if (this.lastCommitment !== committed) {
      throw new BadExport('the address or user agent is not the one that the entry commits to', sequence);
    }
  }

  private checkValues(sequence: number, leaf: Buffer, shown: Disclosure): void {
    const entry = JSON.parse(leaf.toString()) as Record<
      'old' | 'new',
      Record<string, { commitment?: unknown } | null> | null
    >;
    for (const side of ['old', 'new'] as const) {
      for (const [column, value] of Object.entries(shown[side] ?? {})) {
        if ('erased' in value) this.erased += 1;
        else if (!isCommitted(value, entry[side]?.[column]?.commitment)) {
          throw new BadExport(`${side} ${column} is not the value that the entry commits to`, sequence);
        }
      }
    }
  }
}

function isCommitted({ salt, value }: Exclude<Disclosed, { erased: true }>, commitment: unknown): boolean {
  return typeof salt === 'string' && typeof value === 'string' && saltedHash(salt, value) === commitment;
}

/** Refuses members that nobody checks. */
function parseDisclosure(text: string, sequence: number): Disclosure {
  try {
    const shown = JSON.parse(text) as Disclosure;
    if (Object.keys(shown).every((name) => MEMBERS.has(name)) && typeof shown.origin === 'object' && shown.origin)
      return shown;
  } catch {
    // Not JSON: the same as JSON that says something else.
  }
  throw new BadExport('what stands beside the entry can not be read', sequence);
}
