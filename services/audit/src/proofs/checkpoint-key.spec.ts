import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSignedBy, parseCheckpoint, printCheckpoint } from '@tenantry/audit-proofs';
import { AuditSettings } from '../config.js';
import { CheckpointKey } from './checkpoint-key.js';

describe('the key of checkpoints', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-key-'));
  const file = join(folder, 'audit.pem');
  afterAll(() => rmSync(folder, { recursive: true }));

  function keyIn(privateKey: KeyObject, mode = 0o600): CheckpointKey {
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    chmodSync(file, mode);
    return new CheckpointKey(new AuditSettings({ AUDIT_KEY_FILE: file }));
  }
  const ed25519 = (): KeyObject => generateKeyPairSync('ed25519').privateKey;

  it('signs what its public half verifies, and another’s does not', () => {
    const [key, other] = [keyIn(ed25519()), keyIn(ed25519())];
    const checkpoint = { origin: 'tenantry/audit/a', size: 1, root: new Uint8Array(32) };
    const { note } = parseCheckpoint(printCheckpoint(checkpoint, key.publicKey, key.sign(checkpoint)));
    expect(isSignedBy(note, { name: checkpoint.origin, publicKey: key.publicKey })).toBe(true);
    expect(isSignedBy(note, { name: checkpoint.origin, publicKey: other.publicKey })).toBe(false);
  });

  it('stops the start when it is of another kind, no key, or one that others may read', () => {
    expect(() => keyIn(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)).toThrow(
      'AUDIT_KEY_FILE is not',
    );
    expect(() => keyIn(ed25519(), 0o644)).toThrow('others may read');
    writeFileSync(file, 'nothing', { mode: 0o600 });
    chmodSync(file, 0o600);
    expect(() => new CheckpointKey(new AuditSettings({ AUDIT_KEY_FILE: file }))).toThrow('AUDIT_KEY_FILE is not');
    expect(() => new AuditSettings({})).toThrow('AUDIT_KEY_FILE is not set');
  });
});
