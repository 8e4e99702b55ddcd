import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { rememberFile } from '../state/remembered.js';

export interface AccessKeyFiles {
  /** Signs access tokens; identity's alone. */
  readonly privateKey: string;
  /** What the gateway checks them with (JWKS). */
  readonly jwks: string;
}

/** The key pair of access tokens, made the first time. */
export function rememberAccessKey(secrets: string): AccessKeyFiles {
  const files = { privateKey: join(secrets, 'access.pem'), jwks: join(secrets, 'access.jwks.json') };
  const pem = rememberFile(files.privateKey, () => {
    return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  });
  rememberFile(files.jwks, () => {
    const { crv, kty, x } = createPublicKey(createPrivateKey(pem)).export({ format: 'jwk' });
    const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url'); // RFC 7638
    return JSON.stringify({ keys: [{ kty, crv, x, kid, alg: 'EdDSA', use: 'sig' }] }, null, 2);
  });
  return files;
}
