import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** A file of a bundle; its text is made while it is written. */
export interface BundleFile {
  readonly path: string;
  readonly text: () => AsyncIterable<string> | Iterable<string>;
}

/** A file as it was written. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a bundle says of itself, and the signed note of the same. */
export interface Manifest {
  readonly json: string;
  readonly note: string;
}

const MANIFEST_FILES = [
  ['manifest.json', 'json'],
  ['manifest.note', 'note'],
] as const;
const TEXT_PIECE = 64 * 1024;

/**
 * Writes files into a ZIP as a stream, one after the other: nothing is held but what the reader has not taken yet. The last ones are made of what was written
 * before them. Nothing is begun before the first piece is asked for, so one that nobody reads costs nothing.
 */
export async function* zipOf(
  files: readonly BundleFile[],
  last: (written: readonly WrittenFile[]) => Promise<Manifest>,
  modifiedAt: Date,
): AsyncGenerator<Uint8Array, void> {
  const zip = new ZipFile();
  const written: WrittenFile[] = [];
  const fail = (error: unknown): void => void (zip.outputStream as Readable).destroy(error as Error);
  const add = (path: string, open: () => AsyncIterable<Uint8Array>): void =>
    zip.addReadStreamLazy(path, { mtime: modifiedAt }, (callback) => {
      const stream = Readable.from(open(), { objectMode: false });
      stream.once('error', fail);
      callback(null, stream);
    });
  for (const { path, text } of files) {
    add(path, () => digested(path, text(), written));
  }
  let manifest: Promise<Manifest> | undefined;
  for (const [path, part] of MANIFEST_FILES) {
    add(path, async function* () {
      manifest ??= last(written);
      yield Buffer.from((await manifest)[part]);
    });
  }
  zip.end();
  for await (const chunk of zip.outputStream as Readable) yield chunk as Uint8Array;
}

/** A file's text in pieces of some size, counted and hashed on the way. */
async function* digested(
  path: string,
  text: AsyncIterable<string> | Iterable<string>,
  written: WrittenFile[],
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash('sha256');
  let bytes = 0;
  let waiting = '';
  const flush = (): Buffer => {
    const piece = Buffer.from(waiting);
    waiting = '';
    bytes += piece.length;
    hash.update(piece);
    return piece;
  };
  for await (const part of text) {
    waiting += part;
    if (waiting.length >= TEXT_PIECE) yield flush();
  }
  if (waiting) yield flush();
  written.push({ path, bytes, sha256: hash.digest('hex') });
}
