import { parseCheckpoint, type SignedCheckpoint } from '../checkpoint/checkpoint.js';
import { isSignedBy, parseVerifier, type NoteVerifier } from '../checkpoint/signed-note.js';
import { Frontier } from '../tree/frontier.js';
import { HASH_BYTES, sameHash } from '../tree/hash.js';
import { subtreesOf } from '../tree/range.js';
import { BadExport } from './bad-export.js';
import type { Examined } from './examine.js';
import { examineAll } from './examine-all.js';
import { readEnd, readHead, readRetired, type Head } from './read-ends.js';
import { wholeLines } from './whole-lines.js';

/** What an auditor knows from elsewhere; the more, the more an export can not hide. */
export interface Trusted {
  /** Checkpoints that were kept outside. What they cover can not have been changed since, whoever tried. */
  readonly checkpoints: readonly SignedCheckpoint[];
  /** Pinned keys; none: the export's own word is taken. */
  readonly keys: readonly NoteVerifier[];
}

/** What was shown to be true of an export. */
export interface Verified {
  readonly origin: string;
  readonly first: number;
  readonly last: number;
  /** The size of the export's own checkpoint. */
  readonly size: number;
  /** Erased values and origins that were met. */
  readonly erased: number;
  /** Entries, from the first on, of which only the hashes are left. */
  readonly retired: number;
}

/**
 * Verifies an export from its bytes alone: every leaf hash from the entry itself, every number, every disclosed value, the
 * root, the signature, and each kept checkpoint. Its memory does not grow with the export.
 * @param threads that hash entries beside this one; worth their start for a long export
 * @throws BadExport for the first thing that is wrong
 */
export async function verifyExport(
  source: AsyncIterable<Uint8Array>,
  trusted: Trusted,
  threads = 0,
): Promise<Verified> {
  const verification = new Verification(trusted);
  for await (const examined of examineAll(wholeLines(source), threads)) verification.take(examined);
  return verification.result();
}

class Verification {
  private head: Head | null = null;
  private tree = Frontier.empty();
  private verified: Verified | null = null;
  /** Kept checkpoints that were not reached yet, the smallest first. */
  private readonly waiting: SignedCheckpoint[];
  private lastHeld = 0;
  private retired = 0;
  private erased = 0;

  constructor(private readonly trusted: Trusted) {
    this.waiting = trusted.checkpoints.toSorted((one, other) => one.size - other.size);
  }

  take({ hashes, sequences, others, erased, bad }: Examined): void {
    this.erased += erased;
    let from = 0;
    for (const { after, text } of others) {
      this.takeEntries(hashes, sequences, from, after);
      from = after;
      this.takeOther(text);
    }
    this.takeEntries(hashes, sequences, from, sequences.length);
    if (!bad) return;
    const sequence = this.assertFollows(bad.sequence);
    throw new BadExport(bad.why, sequence);
  }

  private takeEntries(hashes: Uint8Array, sequences: Float64Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const sequence = this.assertFollows(sequences[i]!);
      this.tree.append(hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
      if (this.waiting[0]?.size === sequence) this.compareKept();
    }
  }

  private takeOther(text: string): void {
    this.assertGoesOn();
    if (!this.head) this.begin(text);
    else if (!this.takeRetired(text, this.head)) this.finish(text);
  }

  private assertGoesOn(): void {
    if (this.verified) throw new BadExport('something follows the end of the export');
  }

  /** Whether the next entry is the one that says that it has this number. Answers the number. */
  private assertFollows(found: number): number {
    this.assertGoesOn();
    const sequence = this.tree.size + 1;
    if (sequence > (this.head ?? readHead('')).last) {
      throw new BadExport(`this entry is more than the export says it has`, sequence);
    }
    if (found !== sequence) {
      throw new BadExport(
        `here stands ${Number.isNaN(found) ? 'no entry' : `entry ${found}`}: one is missing, added or moved`,
        sequence,
      );
    }
    return sequence;
  }

  /** Only the beginning of a log is retired: nothing that follows an entry passes for it. Answers whether the line was of retired entries. */
  private takeRetired(line: string, { hasRetired, last }: Head): boolean {
    const retired = hasRetired ? readRetired(line) : undefined;
    if (!retired) return false;
    const { first, leaves } = retired;
    if (this.tree.size !== this.retired || first !== this.retired + 1 || this.retired + leaves.length > last) {
      throw new BadExport('here stand retired entries that are not the beginning of the log', this.tree.size + 1);
    }
    for (const leaf of leaves) {
      this.tree.append(leaf);
      if (this.waiting[0]?.size === this.tree.size) this.compareKept();
    }
    this.retired += leaves.length;
    return true;
  }

  result(): Verified {
    if (!this.verified) throw new BadExport('the export is cut off: its end is missing');
    return this.verified;
  }

  private begin(line: string): void {
    const head = readHead(line);
    this.head = head;
    this.tree = Frontier.of(head.first - 1, head.before);
    for (const kept of this.trusted.checkpoints) {
      if (kept.origin !== head.origin) {
        throw new BadExport(`the checkpoint is of ${kept.origin}, the export of ${head.origin}`);
      }
      this.assertSigned(kept, this.trusted.keys);
      if (kept.size < this.tree.size) {
        throw new BadExport(`checkpoint ${kept.size} covers nothing here: the export begins at entry ${head.first}`);
      }
    }
    this.compareKept();
  }

  private finish(line: string): void {
    const head = this.head!;
    const last = this.tree.size;
    const end = readEnd(line);
    if (!end) throw new BadExport('this line is no entry', last + 1);
    if (last !== head.last || end.entries !== last - head.first + 1) {
      throw new BadExport(`the export has no entry after ${last}, and should have ${head.last}`, last + 1);
    }
    const { origin, first } = head;
    if (end.checkpoint === null && last > 0) throw new BadExport('nothing is signed of these entries');
    const size = end.checkpoint ? this.compareOwn(ownWord(parseCheckpoint, end.checkpoint), end.after, end.key) : 0;
    const [beyond] = this.waiting;
    if (beyond) {
      const why =
        beyond.size > size
          ? `the log has lost entries since: it ends at ${size}`
          : `export the log up to entry ${beyond.size}`;
      throw new BadExport(`checkpoint ${beyond.size} covers more than is here; ${why}`);
    }
    this.verified = { origin, first, last, size, erased: this.erased, retired: this.retired };
  }

  /** The export's own checkpoint: signed, and its root that of the entries with what follows them. */
  private compareOwn(own: SignedCheckpoint, after: readonly Uint8Array[], key: string | null): number {
    const rest = subtreesOf({ from: this.tree.size, to: own.size });
    if (own.origin !== this.head!.origin || own.size < this.tree.size || rest.length !== after.length) {
      throw new BadExport('the checkpoint at the end is not one of this export');
    }
    this.assertSigned(own, this.trusted.keys.length > 0 ? this.trusted.keys : [ownWord(parseVerifier, key)]);
    const last = this.tree.size;
    rest.forEach((subtree, i) => this.tree.appendSubtree(subtree, after[i]!));
    if (!sameHash(this.tree.root(), own.root)) {
      throw new BadExport(
        `the root of the entries is not that of checkpoint ${own.size}${this.between(Math.min(last, own.size))}`,
      );
    }
    if (this.waiting[0]?.size === own.size) this.compareKept();
    return own.size;
  }

  /** Every kept checkpoint of the size that the tree has now must have its root. */
  private compareKept(): void {
    const { size } = this.tree;
    for (; this.waiting[0]?.size === size; this.waiting.shift()) {
      if (!sameHash(this.tree.root(), this.waiting[0].root)) {
        throw new BadExport(`the entries are not those that checkpoint ${size} covers${this.between(size)}`);
      }
    }
    this.lastHeld = size;
  }

  private between(size: number): string {
    return `: something from entry ${this.lastHeld + 1} to ${size} was changed, added, removed or moved`;
  }

  private assertSigned({ note, size }: SignedCheckpoint, keys: readonly NoteVerifier[]): void {
    if (keys.length > 0 && !keys.some((key) => isSignedBy(note, key))) {
      throw new BadExport(`checkpoint ${size} is not signed by ${keys.map(({ name }) => name).join(' or ')}`);
    }
  }
}

/** What the end of an export says, read by `parse`. */
function ownWord<T>(parse: (text: string) => T, text: string | null): T {
  try {
    return parse(text ?? '');
  } catch (error) {
    throw new BadExport(`at the end of the export: ${(error as Error).message}`);
  }
}
