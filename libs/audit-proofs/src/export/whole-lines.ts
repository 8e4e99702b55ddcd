import { BadExport } from './bad-export.js';

const LINE_FEED = 0x0a;
/** No event is larger than 256 KiB, so no line comes near; a file without line feeds does not fill the memory. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;

/** A line of a file, without its line feed. */
export interface Line {
  /** A character for each byte, which is how it is searched fastest. */
  readonly latin1: string;
  readonly bytes: Buffer;
  /** Where it begins in `bytes`. */
  readonly at: number;
}

/** What stands in a part of a line, in UTF-8. */
export function textOf({ bytes, at, latin1 }: Line, from = 0, to = latin1.length): string {
  return bytes.toString('utf8', at + from, at + to);
}

/** A file in pieces that end where a line does, each in memory of its own; holds no more than one of them and one line. */
export async function* wholeLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer<ArrayBuffer>, void> {
  let begun: Uint8Array = new Uint8Array(0);
  for await (const piece of source) {
    const bytes = Buffer.allocUnsafeSlow(begun.length + piece.length);
    bytes.set(begun);
    bytes.set(piece, begun.length);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    begun = Uint8Array.from(bytes.subarray(end));
    if (end > 0) yield bytes.subarray(0, end);
    if (begun.length > MAX_LINE_BYTES) throw new BadExport('a line is longer than any that an export has');
  }
  if (begun.length > 0) throw new BadExport('the last line is cut off');
}

/** Gives every line of a piece to `take` until that answers false. */
export function eachLine(bytes: Buffer, take: (line: Line) => boolean): void {
  const text = bytes.toString('latin1');
  let at = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
    if (!take({ latin1: text.slice(at, end), bytes, at })) return;
    at = end + 1;
  }
}
