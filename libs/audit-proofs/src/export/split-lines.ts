import { BadExport } from './bad-export.js';

const LINE_FEED = '\n';
/** No event is larger than 256 KiB, so no line comes near; a file without line feeds does not fill the memory. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

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

/** Gives every line of a file to `take`, holding no more than one piece and one line. */
export async function eachLine(source: AsyncIterable<Uint8Array>, take: (line: Line) => void): Promise<void> {
  let begun: Buffer = NOTHING;
  for await (const piece of source) {
    const bytes = begun.length > 0 ? Buffer.concat([begun, piece]) : asBuffer(piece);
    begun = bytes.subarray(takeLines(bytes, take));
    if (begun.length > MAX_LINE_BYTES) throw new BadExport('a line is longer than any that an export has');
  }
  if (begun.length > 0) throw new BadExport('the last line is cut off');
}

/** Answers where the line begins that does not end here. */
function takeLines(bytes: Buffer, take: (line: Line) => void): number {
  const text = bytes.toString('latin1');
  let at = 0;
  for (let end = text.indexOf(LINE_FEED); end >= 0; end = text.indexOf(LINE_FEED, at)) {
    take({ latin1: text.slice(at, end), bytes, at });
    at = end + 1;
  }
  return at;
}

const asBuffer = ({ buffer, byteOffset, length }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, length);
