import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  cosignedText,
  EXPORT_FORMAT,
  Frontier,
  hashLeaf,
  originOf,
  printCheckpoint,
  printCosignature,
  printEnd,
  printEntry,
  printHead,
  printVerifier,
  printWitness,
  publicKeyOf,
  signCheckpoint,
} from '@tenantry/audit-proofs';
import { operate } from './operate.js';

const origin = originOf('a');
const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = publicKeyOf(privateKey);
const key = printVerifier({ name: origin, publicKey });
const leaves = ['one', 'two', 'three'].map((name, i) => `{"name":"${name}","sequence":"${i + 1}","version":1}`);
const disclosed = { origin: { erased: true } } as const;

function checkpointOf(size: number): string {
  const tree = Frontier.empty();
  leaves.slice(0, size).forEach((leaf) => tree.append(hashLeaf(leaf)));
  const checkpoint = { origin, size, root: tree.root() };
  return printCheckpoint(checkpoint, publicKey, signCheckpoint(checkpoint, privateKey));
}
const lines = [
  printHead({ format: EXPORT_FORMAT, origin, first: '1', last: '3', before: [] }),
  ...leaves.map((leaf) => printEntry(Buffer.from(hashLeaf(leaf)).toString('base64url'), leaf, disclosed)),
  printEnd({ entries: '3', after: [], checkpoint: checkpointOf(3), key }),
];

describe('tenantry audit verify', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-verify-'));
    writeFileSync(file('log.ndjson'), lines.join(''));
    writeFileSync(file('changed.ndjson'), lines.join('').replace('two', 'six'));
    writeFileSync(file('kept.txt'), checkpointOf(2));
    writeFileSync(file('other.txt'), checkpointOf(2).replace(origin, originOf('b')));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What the command prints, and the exit code that it leaves. There is no instance, no database and no bus. */
  async function run(...argv: string[]): Promise<{ said: string; code: number }> {
    const said: string[] = [];
    const note = (line: string): void => void said.push(line);
    const spies = [jest.spyOn(console, 'log'), jest.spyOn(console, 'error')].map((spy) => spy.mockImplementation(note));
    try {
      await operate([], ['audit', 'verify', ...argv], { TENANTRY_STATE_DIR: file('nowhere') });
      return { said: said.join('\n'), code: Number(process.exitCode ?? 0) };
    } finally {
      spies.forEach((spy) => spy.mockRestore());
      process.exitCode = undefined;
    }
  }

  it('says what holds, with a kept checkpoint and a pinned key', async () => {
    expect(await run(file('log.ndjson'), '--checkpoint', file('kept.txt'), '--key', key)).toEqual({
      said: `${origin}: entries 1 to 3 of 3 are as they were signed\n3 values and addresses were erased; their proofs hold\nkept checkpoint 2: holds`,
      code: 0,
    });
  });

  it('reads a kept checkpoint as the API gave it, or as an editor left it', async () => {
    writeFileSync(file('answer.json'), JSON.stringify({ size: '2', note: checkpointOf(2) }));
    writeFileSync(file('edited.txt'), `${checkpointOf(2)}\n\n`);
    const kept = ['--checkpoint', file('answer.json'), '--checkpoint', file('edited.txt')];
    expect((await run(file('log.ndjson'), ...kept)).said).toMatch(/(kept checkpoint 2: holds\n?){2}/);
  });

  it('compares with all heads of a list, as the store has them', async () => {
    const data = [1, 2].map((size) => ({ size: String(size), note: checkpointOf(size) }));
    writeFileSync(file('anchors.json'), JSON.stringify({ data }));
    const { said } = await run(file('log.ndjson'), '--checkpoint', file('anchors.json'));
    expect(said).toMatch(/kept checkpoint 1: holds\nkept checkpoint 2: holds/);
    const bad = await run(file('changed.ndjson'), '--checkpoint', file('anchors.json'));
    expect(bad).toMatchObject({ said: expect.stringContaining('entry 2: its content was changed'), code: 1 });
  });

  it('says which checkpoint a witness saw, and refuses when it saw none', async () => {
    const own = generateKeyPairSync('ed25519').privateKey;
    const witness = { name: 'witness.example/w1', publicKey: publicKeyOf(own) };
    const note = checkpointOf(2);
    const signed = cosignedText(note.slice(0, note.indexOf('\n\n') + 1), 60n);
    writeFileSync(file('cosigned.txt'), note + printCosignature(witness, 60n, sign(null, Buffer.from(signed), own)));
    const by = ['--witness', printWitness(witness)];
    expect((await run(file('log.ndjson'), '--checkpoint', file('cosigned.txt'), ...by)).said).toContain(
      'witness.example/w1 saw checkpoint 2 at 1970-01-01T00:01:00.000Z',
    );
    expect(await run(file('log.ndjson'), '--checkpoint', file('kept.txt'), ...by)).toEqual({
      said: 'tenantry: --witness: witness.example/w1 signed none of the checkpoints',
      code: 1,
    });
  });

  it('says what it did not show', async () => {
    const { said, code } = await run(file('log.ndjson'));
    expect(said).toMatch(/no --key: .*\nno --checkpoint: whoever holds the signing key could have rewritten/);
    expect(code).toBe(0);
  });

  it('names the first bad entry in one line, and fails', async () => {
    const { said, code } = await run(file('changed.ndjson'), '--checkpoint', file('kept.txt'));
    expect(said).toBe(
      `tenantry: ${file('changed.ndjson')}: entry 2: its content was changed: the leaf hash is another`,
    );
    expect(code).toBe(1);
  });

  it.each([
    [['missing.ndjson'], 'there is no such file'],
    [[], 'Name one export'],
    [['log.ndjson', '--checkpoint', 'log.ndjson'], 'not a checkpoint, nor an answer'],
    [['log.ndjson', '--checkpoint', 'other.txt'], 'the checkpoint is of tenantry/audit/b'],
    [['log.ndjson', '--key', 'nothing'], '--key: not a verifier key'],
    [['kept.txt'], `this is no ${EXPORT_FORMAT}`],
  ])('refuses %j with one line', async (argv, reason) => {
    const { said, code } = await run(...argv.map((arg) => (/\.(txt|ndjson)$/.test(arg) ? file(arg) : arg)));
    expect(said).toContain(reason);
    expect(said.split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });
});
