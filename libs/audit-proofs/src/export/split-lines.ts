import { BadExport } from './bad-export.js';

const LINE_FEED = 0x0a;
/** No event is larger than 256 KiB, so no line comes near; a file without line feeds does not fill the memory. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;

/** Gives every line of a file to `take`, without its line feed, holding no more than one piece and one line. */
export async function eachLine(source: AsyncIterable<Uint8Array>, take: (line: Buffer) => void): Promise<void> {
  let kept: Buffer = Buffer.alloc(0);
  for await (const piece of source) {
    const bytes =
      kept.length > 0 ? Buffer.concat([kept, piece]) : Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      take(bytes.subarray(from, end));
      from = end + 1;
    }
    kept = bytes.subarray(from);
    if (kept.length > MAX_LINE_BYTES) throw new BadExport('a line is longer than any that an export has');
  }
  if (kept.length > 0) throw new BadExport('the last line is cut off');
}
