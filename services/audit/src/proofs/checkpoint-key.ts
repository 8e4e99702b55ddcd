import { createPrivateKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { publicKeyOf, signCheckpoint, signNote, type Checkpoint } from '@tenantry/audit-proofs';
import { readSecretFile, SettingsError } from '@tenantry/service';
import { AuditSettings } from '../config.js';

/** The key that signs checkpoints; this service's alone. */
@Injectable()
export class CheckpointKey {
  readonly publicKey: Uint8Array;
  readonly #privateKey: KeyObject;

  /** @throws SettingsError when the file is no Ed25519 key, or others may read it */
  constructor({ AUDIT_KEY_FILE }: AuditSettings) {
    const pem = readSecretFile('AUDIT_KEY_FILE', AUDIT_KEY_FILE);
    try {
      this.#privateKey = createPrivateKey(pem);
      this.publicKey = publicKeyOf(this.#privateKey);
    } catch (cause) {
      throw new SettingsError('AUDIT_KEY_FILE is not an Ed25519 private key (PKCS 8, PEM)', { cause });
    }
  }

  sign(checkpoint: Checkpoint): Uint8Array {
    return signCheckpoint(checkpoint, this.#privateKey);
  }

  /** Signs another text as a note under a name of its own; the text begins with a line that no checkpoint begins with. */
  signNote(text: string, name: string): string {
    return signNote(text, name, this.#privateKey);
  }
}
