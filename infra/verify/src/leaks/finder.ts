const TAIL_BYTES = 4;
const SLOT_BITS = 20;
/** Knuth's multiplicative hash: spreads tails that differ in few bits. */
const SPREAD = 0x9e3779b1;

/** Looks for any of many marks in much data, at the cost of one pass: their last bytes say where to look closer. */
export class Finder {
  private readonly byTail = new Map<number, Buffer[]>();
  /** Where any tail lies; nearly all positions end here. */
  private readonly slots = new Uint8Array(1 << SLOT_BITS);
  private readonly known = new Set<string>();
  private longest = 1;

  /** @throws RangeError for a mark of fewer than four bytes */
  constructor(marks: Iterable<string> = []) {
    for (const mark of marks) this.add(mark);
  }

  /** What must be kept of a piece so that a mark across two of them is found. */
  get overlapBytes(): number {
    return this.longest - 1;
  }

  /** Looks for one more from now on. @throws RangeError for a mark of fewer than four bytes */
  add(text: string): void {
    if (this.known.has(text)) return;
    this.known.add(text);
    const mark = Buffer.from(text);
    if (mark.length < TAIL_BYTES) throw new RangeError(`a mark has ${TAIL_BYTES} bytes or more`);
    this.longest = Math.max(this.longest, mark.length);
    const tail = mark.readInt32BE(mark.length - TAIL_BYTES);
    this.slots[slotOf(tail)] = 1;
    this.byTail.set(tail, [...(this.byTail.get(tail) ?? []), mark]);
  }

  isIn(bytes: Buffer): boolean {
    let tail = 0;
    for (let end = 0; end < bytes.length; end++) {
      tail = (tail << 8) | bytes[end]!;
      if (this.slots[slotOf(tail)] === 1 && this.endsAt(bytes, end, tail)) return true;
    }
    return false;
  }

  private endsAt(bytes: Buffer, end: number, tail: number): boolean {
    return (this.byTail.get(tail) ?? []).some((mark) => {
      const start = end + 1 - mark.length;
      return start >= 0 && bytes.compare(mark, 0, mark.length, start, end + 1) === 0;
    });
  }
}

function slotOf(tail: number): number {
  return Math.imul(tail, SPREAD) >>> (32 - SLOT_BITS);
}
