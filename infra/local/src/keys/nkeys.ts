import { join } from 'node:path';
import { createUser, fromSeed } from '@nats-io/nkeys';
import { rememberFile } from '../state/remembered.js';

export interface Nkey {
  readonly publicKey: string;
  readonly seedFile: string;
  readonly seed: string;
}

/** The nkey of one NATS user, made the first time. */
export function rememberNkey(secrets: string, user: string): Nkey {
  const seedFile = join(secrets, `${user}.nk`);
  const seed = rememberFile(seedFile, () => createUser().getSeed());
  return { publicKey: fromSeed(new Uint8Array(seed)).getPublicKey(), seedFile, seed: seed.toString() };
}
