import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { rememberFile } from '../state/remembered.js';

/** The key that signs checkpoints of the audit log, made the first time. @returns its file */
export function rememberAuditKey(secrets: string): string {
  const file = join(secrets, 'audit.pem');
  rememberFile(file, () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return file;
}
