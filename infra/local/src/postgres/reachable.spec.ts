import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canPass, reachableFolder, reachablePrograms } from './reachable.js';

const nobody = { uid: 65_534, gid: 65_534 };

describe('what another account can reach', () => {
  const open = mkdtempSync(join(tmpdir(), 'tenantry-open-'));
  chmodSync(open, 0o711);
  const closed = join(open, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  mkdirSync(join(closed, 'inside'), { mode: 0o755 });

  it('ends at a folder that is closed to it, however open the ones below are', () => {
    expect(canPass(nobody, open)).toBe(true);
    expect(canPass(nobody, closed)).toBe(false);
    expect(canPass(nobody, join(closed, 'inside'))).toBe(false);
  });

  it('is used where it is when it can be reached, or when nobody else has to', () => {
    expect(reachableFolder(join(open, 'data'), nobody, join(open, 'shared'))).toBe(join(open, 'data'));
    expect(reachableFolder(join(closed, 'data'), undefined)).toBe(join(closed, 'data'));
    expect(existsSync(join(open, 'shared'))).toBe(false);
  });

  it('is elsewhere otherwise, at the same place every time and never at another’s', () => {
    const shared = join(open, 'shared');
    const one = reachableFolder(join(closed, 'inside', 'one', 'postgres'), nobody, shared);
    expect(reachableFolder(join(closed, 'inside', 'one', 'postgres'), nobody, shared)).toBe(one);
    expect(reachableFolder(join(closed, 'inside', 'two', 'postgres'), nobody, shared)).not.toBe(one);
    expect(canPass(nobody, shared)).toBe(true);
  });

  it('includes programs, which are copied whole', () => {
    mkdirSync(join(closed, 'native', 'bin'), { recursive: true });
    writeFileSync(join(closed, 'native', 'bin', 'postgres'), 'program', { mode: 0o755 });
    const copy = reachablePrograms(join(closed, 'native'), '18.4', nobody, join(open, 'shared'));
    expect(readFileSync(join(copy, 'bin', 'postgres'), 'utf8')).toBe('program');
    expect(canPass(nobody, join(copy, 'bin'))).toBe(true);
    expect(reachablePrograms(join(closed, 'native'), '18.4', nobody, join(open, 'shared'))).toBe(copy);
  });
});
