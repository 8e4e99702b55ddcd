import { createPublicKey } from 'node:crypto';
import {
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importJWK,
  importPKCS8,
  type CryptoKey,
} from 'jose';

/** The signature algorithm of contexts (RFC 8037, Ed25519). */
export const CONTEXT_ALGORITHM = 'EdDSA';

/** A public context key as `CONTEXT_JWKS_FILE` lists it. */
export interface ContextJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  /** The RFC 7638 thumbprint. */
  readonly kid: string;
  /** The service whose contexts this key signs. */
  readonly iss: string;
}

interface IssuerKey {
  readonly issuer: string;
  readonly key: CryptoKey | Uint8Array;
}

/** The public keys of every issuer: key id → issuer. */
export class ContextKeys {
  private constructor(private readonly byId: ReadonlyMap<string, IssuerKey>) {}

  /** Reads a JWK set; an issuer may have several keys while one is being replaced. */
  static async fromJwks(jwks: { readonly keys: readonly ContextJwk[] }): Promise<ContextKeys> {
    const entries = jwks.keys.map(async (jwk): Promise<[string, IssuerKey]> => {
      const { kty, crv, x } = jwk;
      return [jwk.kid, { issuer: jwk.iss, key: await importJWK({ kty, crv, x }, CONTEXT_ALGORITHM) }];
    });
    return new ContextKeys(new Map(await Promise.all(entries)));
  }

  /** The key and issuer of a key id, or undefined for one that was never listed. */
  find(keyId: string | undefined): IssuerKey | undefined {
    return keyId === undefined ? undefined : this.byId.get(keyId);
  }
}

/** A private key ready to sign, with the id under which its public half is listed. */
export async function loadSigningKey(privateKeyPem: string): Promise<{ key: CryptoKey; keyId: string }> {
  const { kty, crv, x } = createPublicKey(privateKeyPem).export({ format: 'jwk' });
  const keyId = await calculateJwkThumbprint({ kty, crv, x });
  return { key: await importPKCS8(privateKeyPem, CONTEXT_ALGORITHM), keyId };
}

/** A new key pair of one issuer: the PEM stays with the service, the JWK goes into everybody's `CONTEXT_JWKS_FILE`. */
export async function createContextKey(issuer: string): Promise<{ privateKeyPem: string; publicJwk: ContextJwk }> {
  const { privateKey, publicKey } = await generateKeyPair(CONTEXT_ALGORITHM, { crv: 'Ed25519', extractable: true });
  const { x = '' } = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x });
  return {
    privateKeyPem: await exportPKCS8(privateKey),
    publicJwk: { kty: 'OKP', crv: 'Ed25519', x, kid, iss: issuer },
  };
}
