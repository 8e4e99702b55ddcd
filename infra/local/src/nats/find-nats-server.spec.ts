import { chmodSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadedNatsServer, downloadNatsServer } from './download-nats-server.js';
import { findNatsServer, isAtLeast } from './find-nats-server.js';

describe('finding nats-server', () => {
  const before = { ...process.env };
  afterEach(() => Object.assign(process.env, before));

  function fakeOnPath(version: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'tenantry-path-'));
    const path = join(folder, 'nats-server');
    writeFileSync(path, `#!/bin/sh\necho "nats-server: ${version}"\n`);
    chmodSync(path, 0o755);
    process.env.PATH = `${folder}:${before.PATH}`;
    return path;
  }

  it('takes the one on PATH', async () => {
    const path = fakeOnPath('v2.10.27');
    expect(await findNatsServer(() => undefined)).toEqual({ path, version: { major: 2, minor: 10 } });
  });

  it('compares versions by number', () => {
    expect(isAtLeast({ major: 2, minor: 10 }, [2, 9])).toBe(true);
    expect(isAtLeast({ major: 2, minor: 8 }, [2, 9])).toBe(false);
    expect(isAtLeast({ major: 3, minor: 0 }, [2, 9])).toBe(true);
    expect(isAtLeast({ major: NaN, minor: NaN }, [2, 9])).toBe(false);
  });

  it('never keeps a download that is not the pinned release', async () => {
    process.env.XDG_CACHE_HOME = mkdtempSync(join(tmpdir(), 'tenantry-cache-'));
    await expect(downloadNatsServer(async () => new TextEncoder().encode('something else'))).rejects.toThrow(
      /checksum|no pinned release/,
    );
    expect(existsSync(downloadedNatsServer())).toBe(false);
  });
});
