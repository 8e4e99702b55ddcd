import { generateKeyPairSync } from 'node:crypto';
import { signNote } from '@tenantry/audit-proofs';
import { checkReports, sealReports } from './seal.js';

const newKey = () => generateKeyPairSync('ed25519').privateKey;
const pemOf = (key: ReturnType<typeof newKey>): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('sealReports', () => {
  const key = newKey();
  const reports = new Map([
    ['isolation-report.json', '{"failed":1}'],
    ['isolation-report.html', '<p>1 did not hold</p>'],
  ]);
  const { note, key: verifier } = sealReports(reports, pemOf(key));
  const kept = (name: string): Uint8Array => Buffer.from(reports.get(name) ?? '');

  it('lets whoever pinned the key see that every report is as it was', () => {
    expect(checkReports(note, verifier, kept)).toEqual([...reports.keys()]);
  });

  it('shows a report that was changed', () => {
    const better = (name: string): Uint8Array => Buffer.from(kept(name).toString().replace('1', '0'));
    expect(() => checkReports(note, verifier, better)).toThrow('isolation-report.json was changed');
  });

  it("refuses another instance's note, a note that was changed, and another note of the same key", () => {
    const other = sealReports(reports, pemOf(newKey()));
    expect(() => checkReports(other.note, verifier, kept)).toThrow('not signed with this key');
    const digest = note.split('\n')[1]!.slice(0, 64);
    expect(() => checkReports(note.replace(digest, digest.split('').toReversed().join('')), verifier, kept)).toThrow();
    const statement = signNote(
      `tenantry/statement\n${digest}  isolation-report.json\n`,
      'tenantry/isolation-report',
      key,
    );
    expect(() => checkReports(statement, verifier, kept)).toThrow('not signed with this key');
    expect(() => checkReports('nothing', verifier, kept)).toThrow('not a signed note');
  });
});
