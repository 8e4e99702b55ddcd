import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContextKey } from '@tenantry/messaging';
import { writeSecretFile } from '../state/remembered.js';

export interface ContextKeyFiles {
  /** Issuer → file with its private key. */
  readonly privateKeys: Readonly<Record<string, string>>;
  /** File with every issuer's public key. */
  readonly jwks: string;
}

/** Every issuer's context key, made the first time, and the JWKS with all of them. */
export async function rememberContextKeys(secrets: string, issuers: readonly string[]): Promise<ContextKeyFiles> {
  const jwksFile = join(secrets, 'context.jwks.json');
  const known: Record<string, unknown>[] = existsSync(jwksFile) ? JSON.parse(readFileSync(jwksFile, 'utf8')).keys : [];
  const keys: object[] = [];
  const privateKeys: Record<string, string> = {};
  for (const issuer of issuers) {
    const file = (privateKeys[issuer] = join(secrets, `${issuer}.context.pem`));
    const present = known.find(({ iss, x }) => iss === issuer && x === publicPart(file));
    if (present) {
      keys.push(present);
      continue;
    }
    const { privateKeyPem, publicJwk } = await createContextKey(issuer);
    writeSecretFile(file, privateKeyPem);
    keys.push(publicJwk);
  }
  const printed = JSON.stringify({ keys }, null, 2);
  if (!existsSync(jwksFile) || readFileSync(jwksFile, 'utf8') !== printed) {
    writeSecretFile(jwksFile, printed); // a deployment's secrets are mounted read-only
  }
  return { privateKeys, jwks: jwksFile };
}

/** The public half of a private key file, to see that the two belong together. */
function publicPart(file: string): string | undefined {
  return existsSync(file)
    ? createPublicKey(createPrivateKey(readFileSync(file))).export({ format: 'jwk' }).x
    : undefined;
}
