import { inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const DEFLATED = 8;

/** The files of a ZIP as text, by path, read from its central directory as any program would. @throws TypeError when it is none */
export function unzip(bytes: Buffer): ReadonlyMap<string, string> {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || bytes.readUInt32LE(end) !== END) throw new TypeError('not a ZIP file');
  const files = new Map<string, string>();
  let at = bytes.readUInt32LE(end + 16);
  for (let entries = bytes.readUInt16LE(end + 10); entries > 0; entries--) {
    if (bytes.readUInt32LE(at) !== ENTRY) throw new TypeError('a ZIP file whose directory is broken');
    const [method, size] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const header = bytes.readUInt32LE(at + 42);
    const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
    const stored = bytes.subarray(start, start + size);
    const path = bytes.subarray(at + 46, at + 46 + name).toString();
    files.set(path, (method === DEFLATED ? inflateRawSync(stored) : stored).toString());
    at += 46 + name + extra + comment;
  }
  return files;
}
