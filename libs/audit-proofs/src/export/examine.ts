import { HASH_BYTES } from '../tree/hash.js';
import { DisclosureCheck, sequenceOf } from './check-disclosed.js';
import { hashOfLeaf, readEntryLine, SHORTEST_ENTRY, type EntryLine } from './format.js';
import { eachLine, textOf } from './whole-lines.js';

/** What a piece of an export has, whatever came before it. Entries that are right in themselves are there by hash and number. */
export interface Examined {
  /** Leaf hashes as they follow from the entries, one after the other. */
  readonly hashes: Uint8Array<ArrayBuffer>;
  /** The number that each entry says it has; NaN for one that says none. */
  readonly sequences: Float64Array<ArrayBuffer>;
  /** Lines that are no entries, and how many entries stand before each. */
  readonly others: readonly { readonly after: number; readonly text: string }[];
  /** Erased values and origins that were met. */
  readonly erased: number;
  /** What is wrong with the entry that follows these; nothing behind it was looked at. */
  readonly bad: { readonly sequence: number; readonly why: string } | null;
}

/** Looks at pieces of an export for what of them can be told without the others: the larger part of the work. */
export class Examiner {
  private readonly disclosures = new DisclosureCheck();

  /** @param bytes whole lines */
  examine(bytes: Buffer): Examined {
    const most = Math.ceil(bytes.length / SHORTEST_ENTRY);
    const hashes = Buffer.allocUnsafeSlow(most * HASH_BYTES);
    const sequences = new Float64Array(most);
    const others: { after: number; text: string }[] = [];
    let bad: Examined['bad'] = null;
    let count = 0;
    this.disclosures.erased = 0;
    eachLine(bytes, (line) => {
      const entry = readEntryLine(line);
      if (!entry) return others.push({ after: count, text: textOf(line) }) > 0;
      const sequence = numberOf(entry);
      const hash = hashOfLeaf(entry);
      const why = this.#whyBad(entry, hash);
      if (why) {
        bad = { sequence, why };
        return false;
      }
      sequences[count] = sequence;
      hashes.write(hash, count * HASH_BYTES, 'base64url');
      count += 1;
      return true;
    });
    const { erased } = this.disclosures;
    return {
      ...{ hashes: hashes.subarray(0, count * HASH_BYTES), sequences: sequences.subarray(0, count) },
      ...{ others, erased, bad },
    };
  }

  #whyBad(entry: EntryLine, hash: string): string | null {
    if (hash !== entry.leafHash) return 'its content was changed: the leaf hash is another';
    return this.disclosures.whyBad(entry);
  }
}

/** A number has one spelling. */
function numberOf(entry: EntryLine): number {
  const text = sequenceOf(entry);
  const number = Number(text);
  return text === String(number) ? number : Number.NaN;
}
