import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Comparison } from './compare-twins.js';
import { Journal } from './journal.js';

const SYSTEM = { url: 'http://127.0.0.1:8080', version: '1.0.0' };
const equal: Comparison = { pairs: 100, share: 0, interval: { low: -0.01, high: 0.01 }, usualMs: 5, held: true };

describe('Journal', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-times-'));
    file = join(folder, 'times.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('knows what an earlier run of the same system measured, when it goes on', () => {
    Journal.open(file, SYSTEM, { goesOn: false }).note('GetKey (pool)', equal);
    expect(Journal.open(file, SYSTEM, { goesOn: true }).of('GetKey (pool)')).toMatchObject(equal);
    expect(Journal.open(file, SYSTEM, { goesOn: true }).of('GetKey (schema)')).toBeUndefined();
  });

  it('takes nothing from another system or version, nor what was broken off in the middle', () => {
    Journal.open(file, SYSTEM, { goesOn: false }).note('GetKey (pool)', equal);
    appendFileSync(file, '{"url":"http://127.0.0.1:8080","vers');
    for (const other of [
      { ...SYSTEM, url: 'http://127.0.0.1:8081' },
      { ...SYSTEM, version: '2.0.0' },
    ])
      expect(Journal.open(file, other, { goesOn: true }).of('GetKey (pool)')).toBeUndefined();
    const journal = Journal.open(file, SYSTEM, { goesOn: true });
    expect(journal.of('GetKey (pool)')).toMatchObject(equal);
    journal.note('GetMe (pool)', equal);
    expect(Journal.open(file, SYSTEM, { goesOn: true }).of('GetMe (pool)')).toMatchObject(equal);
  });

  it('begins anew when it is not to go on', () => {
    Journal.open(file, SYSTEM, { goesOn: false }).note('GetKey (pool)', equal);
    Journal.open(file, SYSTEM, { goesOn: false });
    expect(Journal.open(file, SYSTEM, { goesOn: true }).of('GetKey (pool)')).toBeUndefined();
  });
});
