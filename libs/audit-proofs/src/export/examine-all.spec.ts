import { verifyExport, type Verified } from './verify-export.js';
import { exported, kept, key, leaves, origin, toStream } from './export.fixture.js';

describe('an export, examined by threads', () => {
  it('is what it is without them, and so is the first thing that is wrong', async () => {
    const inThreads = (lines: readonly string[]): Promise<Verified> =>
      verifyExport(toStream(Buffer.from(lines.join('')), 1_000), { checkpoints: [kept(leaves, 11)], keys: [key] }, 2);
    const honest = exported(leaves);
    expect(await inThreads(honest)).toEqual({ origin, first: 1, last: 20, size: 20, erased: 0, retired: 0 });
    const changed = honest.map((line, i) => (i === 9 || i === 15 ? line.replace('name', 'nome') : line));
    await expect(inThreads(changed)).rejects.toThrow('entry 9: its content was changed');
    await expect(inThreads(honest.toSpliced(7, 1))).rejects.toThrow('entry 7: here stands entry 8');
    await expect(inThreads(honest.slice(0, -1))).rejects.toThrow('its end is missing');
    await expect(inThreads([...honest, honest[1]!])).rejects.toThrow('something follows the end');
  });
});
