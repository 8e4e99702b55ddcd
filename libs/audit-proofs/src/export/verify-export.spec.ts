import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { originOf, parseCheckpoint, printCheckpoint, signCheckpoint } from '../checkpoint/checkpoint.js';
import { publicKeyOf } from '../checkpoint/signed-note.js';
import { BadExport } from './bad-export.js';
import { printEnd, printHead, type Disclosed, type ExportEnd, type ExportHead } from './format.js';
import { verifyExport, type Verified } from './verify-export.js';
import { checkpointOf, exported, kept, key, leafOf, leaves, origin, SALT, toStream, verify } from './export.fixture.js';

describe('an export, verified', () => {
  it('is what it says, in whatever pieces it is read', async () => {
    const expected = { origin, first: 1, last: 20, size: 20, erased: 0, retired: 0 };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5_000 }), async (pieceBytes) => {
        expect(await verify(exported(leaves), { keys: [key], checkpoints: [kept(leaves, 11)] }, pieceBytes)).toEqual(
          expected,
        );
      }),
      { numRuns: 20 },
    );
  });

  it('may be any part of the log, and is proved to be that part', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), async (one, other) => {
        const [first, last] = [Math.min(one, other), Math.max(one, other)];
        const lines = exported(leaves, { first, last });
        expect(await verify(lines, { keys: [key], checkpoints: [kept(leaves, 20), kept(leaves, last)] })).toMatchObject(
          { first, last },
        );
        const changed = exported(leaves.with(first - 1, leafOf(first, 'forged')), { first, last });
        await expect(verify([lines[0]!, ...changed.slice(1, -1), lines.at(-1)!])).rejects.toThrow('root');
      }),
      { numRuns: 40 },
    );
  });

  it('may be empty', async () => {
    const lines = exported(leaves, { first: 21, last: 20 });
    expect(await verify(lines)).toMatchObject({ first: 21, last: 20 });
  });

  it.each<[string, (lines: string[]) => string[], string]>([
    ['changed', (lines) => lines.with(5, lines[5]!.replace('name 5', 'name x')), 'entry 5: its content was changed'],
    ['missing', (lines) => lines.toSpliced(5, 1), 'entry 5: here stands entry 6'],
    ['doubled', (lines) => lines.toSpliced(5, 0, lines[5]!), 'entry 6: here stands entry 5'],
    ['moved', (lines) => lines.with(5, lines[6]!).with(6, lines[5]!), 'entry 5: here stands entry 6'],
    ['no entry', (lines) => lines.with(5, 'nothing\n'), 'entry 5: this line is no entry'],
    [
      'read twice',
      (lines) => lines.with(5, lines[5]!.replace('}\n', `,"entry":${leafOf(5, 'forged')}}\n`)),
      'entry 5: what stands beside',
    ],
    [
      'shown otherwise',
      (lines) => lines.with(5, lines[5]!.replace(',"disclosed"', `,"entry":${leafOf(5, 'x')},"disclosed"`)),
      'entry 5: its content',
    ],
    [
      'from elsewhere',
      (lines) => lines.with(5, lines[5]!.replace('203.0.113.9', '203.0.113.10')),
      'entry 5: the address',
    ],
    ['cut off', (lines) => lines.slice(0, -1), 'the export is cut off'],
    ['half a line', (lines) => [...lines.slice(0, -1), lines.at(-1)!.slice(0, -1)], 'the last line is cut off'],
    ['too short', (lines) => lines.toSpliced(20, 1), 'entry 20: the export has no entry after 19'],
    ['too long', (lines) => lines.toSpliced(21, 0, lines[20]!), 'entry 21: this entry is more'],
    ['followed by more', (lines) => [...lines, lines[5]!], 'something follows'],
    [
      'another format',
      (lines) => lines.with(0, lines[0]!.replace('export/1', 'export/3')),
      'no tenantry-audit-export/1',
    ],
  ])('is refused when an entry is or the file is %s', async (_what, change, problem) => {
    await expect(verify(change(exported(leaves)))).rejects.toThrow(problem);
  });

  it('lets no byte of an entry be another, and fails with nothing but a problem of the export', async () => {
    const lines = exported(leaves, { disclosed: { new: { email: { salt: SALT, value: 'zoë' } } } });
    const bytes = Buffer.from(lines.join(''));
    const leafIn = (line: string): string => line.slice(line.indexOf('"entry":'), line.lastIndexOf(',"disclosed"'));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const other = Buffer.from(bytes);
        other[at] = other[at]! ^ flip;
        const text = other.toString('latin1');
        try {
          await verifyExport(toStream(other), { checkpoints: [], keys: [key] });
          expect(text.split('\n').map(leafIn)).toEqual(bytes.toString('latin1').split('\n').map(leafIn));
        } catch (error) {
          if (!(error instanceof BadExport)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    'null',
    '7',
    '{"origin":null}',
    '{"origin":{"erased":true},"new":{"email":null}}',
    '{"origin":{"erased":true},"new":7',
    '{"origin":{"erased":true},"note":"nobody checks this"}',
    '{"origin":{"clientIp":"198.51.100.7","userAgent":null,"salt":""},"origin":{"erased":true}}',
    '{"origin": {"erased":true}}',
  ])('is refused when this stands beside an entry: %s', async (disclosed) => {
    const [head, first, ...rest] = exported(leaves) as [string, string, ...string[]];
    const line = `${first.slice(0, first.lastIndexOf(',"disclosed"'))},"disclosed":${disclosed}}\n`;
    await expect(verify([head, line, ...rest])).rejects.toBeInstanceOf(BadExport);
  });

  it('finds a rewritten log by a checkpoint that was kept, though all is hashed and signed again', async () => {
    const rewritten = exported(leaves.with(4, leafOf(5, 'forged')));
    await expect(verify(rewritten, { keys: [key] })).resolves.toMatchObject({ last: 20 });
    const checkpoints = [kept(leaves, 3), kept(leaves, 8)];
    await expect(verify(rewritten, { keys: [key], checkpoints })).rejects.toThrow('from entry 4 to 8 was changed');
  });

  it('finds a shortened log by a checkpoint that was kept', async () => {
    await expect(verify(exported(leaves.slice(0, 15)), { checkpoints: [kept(leaves, 18)] })).rejects.toThrow(
      'checkpoint 18 covers more than is here; the log has lost entries since: it ends at 15',
    );
  });

  it('does not pass over a checkpoint that it can not compare', async () => {
    await expect(verify(exported(leaves, { first: 10 }), { checkpoints: [kept(leaves, 5)] })).rejects.toThrow(
      'covers nothing',
    );
    await expect(verify(exported(leaves, { last: 10 }), { checkpoints: [kept(leaves, 15)] })).rejects.toThrow(
      'up to entry 15',
    );
    const elsewhere = parseCheckpoint(checkpointOf(leaves, 20, originOf('b')));
    await expect(verify(exported(leaves), { checkpoints: [elsewhere] })).rejects.toThrow(
      'the checkpoint is of tenantry/audit/b',
    );
  });

  it('is refused when its head has not all that comes before, or a line never ends', async () => {
    const [head, ...rest] = exported(leaves, { first: 8 }) as [string, ...string[]];
    const said = (JSON.parse(head) as { export: ExportHead }).export;
    const without = printHead({ ...said, before: said.before.slice(1) });
    await expect(verify([without, ...rest])).rejects.toBeInstanceOf(BadExport);
    await expect(verify(['x'.repeat(5_000_000)], {}, 1_000_000)).rejects.toThrow('a line is longer');
  });

  it('believes a pinned key only', async () => {
    const other = generateKeyPairSync('ed25519').privateKey;
    const pinned = { name: origin, publicKey: publicKeyOf(other) };
    const forged = signCheckpoint(kept(leaves, 8), other);
    const unsigned = parseCheckpoint(printCheckpoint(kept(leaves, 8), pinned.publicKey, forged));
    await expect(verify(exported(leaves), { keys: [key], checkpoints: [unsigned] })).rejects.toThrow(
      'checkpoint 8 is not',
    );
    await expect(verify(exported(leaves), { keys: [pinned] })).rejects.toThrow('checkpoint 20 is not signed by');
    await expect(verify(exported(leaves), { keys: [pinned, key] })).resolves.toMatchObject({ last: 20 });
  });

  it('is nothing without a signature of the export’s own checkpoint', async () => {
    const lines = exported(leaves);
    const end = JSON.parse(lines.at(-1)!) as { end: ExportEnd };
    const unsigned = (more: Partial<ExportEnd>): Promise<Verified> =>
      verify(lines.with(-1, printEnd({ ...end.end, ...more })));
    await expect(unsigned({})).resolves.toMatchObject({ last: 20 });
    await expect(unsigned({ checkpoint: null })).rejects.toThrow('nothing is signed');
    await expect(unsigned({ checkpoint: 'nothing' })).rejects.toThrow('not a signed note');
    await expect(unsigned({ key: null })).rejects.toThrow('not a verifier key');
    await expect(unsigned({ checkpoint: checkpointOf(leaves, 19) })).rejects.toThrow('not one of this export');
    await expect(unsigned({ checkpoint: checkpointOf(leaves, 20, originOf('b')) })).rejects.toThrow('not one of this');
  });

  it('checks disclosed values against the leaf, and counts those that were erased', async () => {
    const shown = (email: Disclosed): Promise<Verified> => verify(exported(leaves, { disclosed: { new: { email } } }));
    expect((await shown({ salt: SALT, value: 'zoë' })).erased).toBe(0);
    expect((await shown({ erased: true })).erased).toBe(20);
    await expect(shown({ salt: SALT, value: 'eve' })).rejects.toThrow('entry 1: new email is not the value');
    await expect(
      verify(exported(leaves, { disclosed: { new: { name: { salt: SALT, value: 'zoë' } } } })),
    ).rejects.toThrow('entry 1');
  });
});
