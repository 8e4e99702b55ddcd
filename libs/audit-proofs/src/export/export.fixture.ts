import { generateKeyPairSync, hash } from 'node:crypto';
import {
  originOf,
  parseCheckpoint,
  printCheckpoint,
  signCheckpoint,
  type SignedCheckpoint,
} from '../checkpoint/checkpoint.js';
import { printVerifier, publicKeyOf, type NoteVerifier } from '../checkpoint/signed-note.js';
import { Frontier } from '../tree/frontier.js';
import { hashLeaf } from '../tree/hash.js';
import { subtreesOf, type LeafRange } from '../tree/range.js';
import { EXPORT_FORMAT, printEnd, printEntry, printHead, type Disclosure } from './format.js';
import { verifyExport, type Trusted, type Verified } from './verify-export.js';

export const origin = originOf('a');
export const { privateKey } = generateKeyPairSync('ed25519');
export const key: NoteVerifier = { name: origin, publicKey: publicKeyOf(privateKey) };
export const SALT = Buffer.from('salt of 16 bytes').toString('base64url');
const commit = (value: string): string => hash('sha256', `salt of 16 bytes${value}`, 'base64url');
const ADDRESS = { clientIp: '203.0.113.9', userAgent: 'Mozilla "quoted"', salt: SALT };
const ORIGIN = commit(JSON.stringify([ADDRESS.clientIp, ADDRESS.userAgent]));

/** The leaf of an entry: as much of one as the verifier looks at. */
export const leafOf = (sequence: number, name = `name ${sequence}`): string =>
  `{"action":"renamed","new":{"email":{"commitment":"${commit('zoë')}"},"name":${JSON.stringify(name)},"sequence":"7"},"origin":"${ORIGIN}","sequence":"${sequence}","version":1}`;
export const leaves = Array.from({ length: 20 }, (_, i) => leafOf(i + 1));

const frontierOf = (texts: readonly string[]): Frontier => {
  const frontier = Frontier.empty();
  texts.forEach((text) => frontier.append(hashLeaf(text)));
  return frontier;
};
export function checkpointOf(texts: readonly string[], size = texts.length, log = origin): string {
  const checkpoint = { origin: log, size, root: frontierOf(texts.slice(0, size)).root() };
  return printCheckpoint(checkpoint, key.publicKey, signCheckpoint(checkpoint, privateKey));
}
export const kept = (texts: readonly string[], size = texts.length): SignedCheckpoint =>
  parseCheckpoint(checkpointOf(texts, size));

/** The subtrees of a range, as an export prints them. */
function printed(texts: readonly string[], range: LeafRange): string[] {
  return subtreesOf(range).map(({ height, position }) => {
    const under = texts.slice(position * 2 ** height, (position + 1) * 2 ** height);
    return Buffer.from(frontierOf(under).root()).toString('base64url');
  });
}

interface Options {
  readonly first?: number;
  readonly last?: number;
  readonly size?: number;
  readonly disclosed?: Partial<Disclosure>;
}

/** An honest export of these leaves. */
export function exported(
  texts: readonly string[],
  { first = 1, last = texts.length, size = texts.length, disclosed = {} }: Options = {},
): string[] {
  return [
    printHead({
      format: EXPORT_FORMAT,
      ...{ origin, first: `${first}`, last: `${last}`, before: printed(texts, { from: 0, to: first - 1 }) },
    }),
    ...texts
      .slice(first - 1, last)
      .map((text) =>
        printEntry(Buffer.from(hashLeaf(text)).toString('base64url'), text, { origin: ADDRESS, ...disclosed }),
      ),
    printEnd({
      entries: `${last - first + 1}`,
      after: printed(texts, { from: last, to: size }),
      checkpoint: checkpointOf(texts, size),
      key: printVerifier(key),
    }),
  ];
}

/** Reads an export in pieces that end anywhere. */
export function verify(lines: readonly string[], trusted: Partial<Trusted> = {}, pieceBytes = 100): Promise<Verified> {
  return verifyExport(toStream(Buffer.from(lines.join('')), pieceBytes), { checkpoints: [], keys: [], ...trusted });
}

export async function* toStream(bytes: Buffer, pieceBytes = bytes.length): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}
