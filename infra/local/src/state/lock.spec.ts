import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockStateDir } from './lock.js';

describe('lockStateDir', () => {
  const fresh = (): string => mkdtempSync(join(tmpdir(), 'tenantry-lock-'));

  it('refuses a second holder, naming the process of the first, until it is given back', () => {
    const root = fresh();
    const release = lockStateDir(root);
    expect(() => lockStateDir(root)).toThrow(`process ${process.pid}`);
    release();
    expect(existsSync(join(root, 'lock'))).toBe(false);
    lockStateDir(root)();
  });

  it('takes over from a process that is gone, and from a lock that says nothing', () => {
    const root = fresh();
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    for (const left of [`${pid}\n`, '', 'nonsense']) {
      writeFileSync(join(root, 'lock'), left);
      const release = lockStateDir(root);
      expect(Number(readFileSync(join(root, 'lock'), 'utf8'))).toBe(process.pid);
      release();
    }
  });
});
