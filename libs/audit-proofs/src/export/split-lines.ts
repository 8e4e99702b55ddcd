import { BadExport } from './bad-export.js';

const LINE_FEED = 0x0a;
/** No event is larger than 256 KiB, so no line comes near; a file without line feeds does not fill the memory. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

/** Gives every line of a file to `take`, without its line feed, holding no more than one piece and one line. */
export async function eachLine(source: AsyncIterable<Uint8Array>, take: (line: Buffer) => void): Promise<void> {
  let begun: Buffer = NOTHING;
  for await (const piece of source) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      const line = bytes.subarray(from, end);
      take(begun.length > 0 ? Buffer.concat([begun, line]) : line);
      begun = NOTHING;
      from = end + 1;
    }
    const rest = bytes.subarray(from);
    if (begun.length + rest.length > MAX_LINE_BYTES)
      throw new BadExport('a line is longer than any that an export has');
    begun = Buffer.concat([begun, rest]);
  }
  if (begun.length > 0) throw new BadExport('the last line is cut off');
}
