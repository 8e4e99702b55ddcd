import { generateKeyPairSync, hash } from 'node:crypto';
import { parseCheckpoint, printCheckpoint, signCheckpoint } from './checkpoint.js';
import { isSignedBy, parseNote, parseVerifier, printVerifier, publicKeyOf } from './signed-note.js';

const { privateKey } = generateKeyPairSync('ed25519');
const origin = 'tenantry/audit/a';
const root = hash('sha256', 'root', 'buffer');
const verifier = { name: origin, publicKey: publicKeyOf(privateKey) };
const checkpoint = { origin, size: 42, root };
const text = printCheckpoint(checkpoint, verifier.publicKey, signCheckpoint(checkpoint, privateKey));

describe('a signed checkpoint', () => {
  it('is the text of C2SP tlog-checkpoint with a signature line', () => {
    expect(text).toMatch(
      /^tenantry\/audit\/a\n42\n[A-Za-z0-9+/]{43}=\n\n\u2014 tenantry\/audit\/a [A-Za-z0-9+/=]{92}\n$/,
    );
    const { note, ...read } = parseCheckpoint(text);
    expect(read).toEqual(checkpoint);
    expect(isSignedBy(note, verifier)).toBe(true);
  });

  it.each([
    ['size', text.replace('\n42\n', '\n43\n')],
    ['origin', text.replace('audit/a\n42', 'audit/b\n42')],
    ['root', text.replace(root.toString('base64'), hash('sha256', 'other', 'base64'))],
    ['name of the key', text.replace('\u2014 tenantry/audit/a', '\u2014 tenantry/audit/b')],
  ])('does not verify with another %s', (_what, changed) => {
    expect(changed).not.toBe(text);
    expect(isSignedBy(parseCheckpoint(changed).note, verifier)).toBe(false);
  });

  it('does not verify with another key, nor with this key under another log’s name', () => {
    const other = publicKeyOf(generateKeyPairSync('ed25519').privateKey);
    const { note } = parseCheckpoint(text);
    expect(isSignedBy(note, { name: origin, publicKey: other })).toBe(false);
    expect(isSignedBy(note, { ...verifier, name: 'tenantry/audit/b' })).toBe(false);
  });

  it('may carry signatures of others, which change nothing', () => {
    const signed = parseNote(`${text}\u2014 witness.example AAAAAAAA\n`);
    expect(isSignedBy(signed, verifier)).toBe(true);
  });

  it.each([
    '',
    'no note',
    text.slice(0, -1),
    text.replace('\n42\n', '\n042\n'),
    text.replace('\n42\n', '\n-1\n'),
    text.replace(root.toString('base64'), 'c2hvcnQ='),
    text.replace('\u2014', '-'),
  ])('is not read from anything else: %j', (wrong) => {
    expect(() => parseCheckpoint(wrong)).toThrow(TypeError);
  });

  it('has a verifier key in one line, which anybody can pin', () => {
    const printed = printVerifier(verifier);
    expect(printed).toMatch(/^tenantry\/audit\/a\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/);
    expect(parseVerifier(printed)).toEqual(verifier);
    expect(() => parseVerifier(printed.replace('audit/a', 'audit/b'))).toThrow(TypeError);
    expect(() => parseVerifier('nothing')).toThrow(TypeError);
  });

  it('is read like the notes of other implementations', () => {
    // The example in the documentation of golang.org/x/mod/sumdb/note, whose format C2SP signed-note describes
    const key = parseVerifier('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    const note =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
      '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
    expect(isSignedBy(parseNote(note), key)).toBe(true);
  });

  it('has no other kind of key', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    expect(() => publicKeyOf(rsa)).toThrow('Ed25519');
  });
});
