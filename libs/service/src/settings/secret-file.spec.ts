import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMasterKey } from './secret-file.js';

describe('readMasterKey', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'tenantry-key-')), 'master.key');
  function write(bytes: number, mode: number): void {
    writeFileSync(path, new Uint8Array(bytes).fill(7));
    chmodSync(path, mode);
  }

  it('reads 32 bytes that only their owner can read', () => {
    write(32, 0o600);
    expect(readMasterKey(path)).toEqual(new Uint8Array(32).fill(7));
  });

  it('refuses a file that others can read, a wrong length and a missing file, naming the setting', () => {
    write(32, 0o640);
    expect(() => readMasterKey(path)).toThrow(/^MASTER_KEY_FILE.*chmod 600/);
    write(31, 0o600);
    expect(() => readMasterKey(path)).toThrow(/^MASTER_KEY_FILE.*32 bytes, and holds 31/);
    expect(() => readMasterKey('/nowhere')).toThrow(/^MASTER_KEY_FILE: \/nowhere/);
  });
});
