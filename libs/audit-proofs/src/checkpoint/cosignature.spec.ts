import { generateKeyPairSync, sign } from 'node:crypto';
import { printCheckpoint, signCheckpoint } from './checkpoint.js';
import { cosignatureOf, cosignedText, parseWitness, printCosignature, printWitness } from './cosignature.js';
import { isSignedBy, parseNote, publicKeyOf } from './signed-note.js';

const AT_S = 1_679_315_147n;

describe('a cosignature', () => {
  const log = generateKeyPairSync('ed25519').privateKey;
  const own = generateKeyPairSync('ed25519').privateKey;
  const checkpoint = { origin: 'example.com/log', size: 3, root: new Uint8Array(32).fill(7) };
  const note = printCheckpoint(checkpoint, publicKeyOf(log), signCheckpoint(checkpoint, log));
  const witness = { name: 'witness.example/w1', publicKey: publicKeyOf(own) };
  const cosigned = (text: string, atS = AT_S): string =>
    printCosignature(witness, atS, sign(null, Buffer.from(cosignedText(text, atS)), own));
  const { text } = parseNote(note);

  it('shows that a witness saw the checkpoint, and when', () => {
    const line = cosigned(text);
    expect(cosignatureOf(note + line, witness)).toEqual({ at: new Date('2023-03-20T12:25:47Z'), line });
    expect(isSignedBy(parseNote(note + line), { name: checkpoint.origin, publicKey: publicKeyOf(log) })).toBe(true);
  });

  it('is none on another checkpoint, by another key, at another time or cut off', () => {
    const line = cosigned(text);
    const another = { ...witness, publicKey: publicKeyOf(generateKeyPairSync('ed25519').privateKey) };
    const moved = Buffer.from(line.split(' ')[2]!.trim(), 'base64');
    moved[11]! ^= 1;
    expect(cosignatureOf(note, witness)).toBeNull();
    expect(cosignatureOf(note + line, another)).toBeNull();
    expect(cosignatureOf(note + cosigned(text.replace('3', '4')), witness)).toBeNull();
    expect(cosignatureOf(`${note}\u2014 ${witness.name} ${moved.toString('base64')}\n`, witness)).toBeNull();
    expect(
      cosignatureOf(`${note}\u2014 ${witness.name} ${moved.subarray(0, 70).toString('base64')}\n`, witness),
    ).toBeNull();
  });

  it('is by a key that is published as one text', () => {
    expect(parseWitness(printWitness(witness))).toEqual(witness);
    for (const wrong of ['', 'w+0+A', printWitness(witness).replace('w1', 'w2'), printWitness(witness).slice(0, -6)]) {
      expect(() => parseWitness(wrong)).toThrow(TypeError);
    }
  });
});
