const TAIL_BYTES = 2;

/** Looks for any of many marks in much data, at the cost of one pass: their last bytes say where to look closer. */
export class Finder {
  /** Longest first, by their last two bytes. */
  private readonly byTail = new Map<number, Buffer[]>();
  private readonly isTail = new Uint8Array(1 << (8 * TAIL_BYTES));
  /** What must be kept of a piece so that a mark across two of them is found. */
  readonly overlapBytes: number;

  constructor(marks: readonly string[]) {
    const all = marks.map((mark) => Buffer.from(mark)).filter(({ length }) => length >= TAIL_BYTES);
    this.overlapBytes = Math.max(1, ...all.map(({ length }) => length)) - 1;
    for (const mark of all) {
      const tail = tailAt(mark, mark.length - 1);
      this.isTail[tail] = 1;
      this.byTail.set(tail, [...(this.byTail.get(tail) ?? []), mark]);
    }
  }

  isIn(bytes: Buffer): boolean {
    for (let end = TAIL_BYTES - 1; end < bytes.length; end++) {
      const tail = tailAt(bytes, end);
      if (this.isTail[tail] === 1 && this.byTail.get(tail)!.some((mark) => endsAt(bytes, end, mark))) return true;
    }
    return false;
  }
}

function tailAt(bytes: Buffer, end: number): number {
  return bytes[end]! | (bytes[end - 1]! << 8);
}

function endsAt(bytes: Buffer, end: number, mark: Buffer): boolean {
  const start = end + 1 - mark.length;
  return start >= 0 && bytes.compare(mark, 0, mark.length, start, end + 1) === 0;
}
