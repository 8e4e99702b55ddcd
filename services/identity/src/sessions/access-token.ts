import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { SignJWT, calculateJwkThumbprint, exportJWK } from 'jose';

/** Seconds for which an access token is accepted; what it may do is looked up with every request, so it can be ended sooner. */
export const ACCESS_TOKEN_LIFETIME_S = 600;

/** What an access token says: who, by which session, for which tenant. Never what they may do. */
export interface AccessClaims {
  readonly personId: string;
  readonly sessionId: string;
  readonly tenantId: string | null;
  /** Since when they have their password: tenants may want it younger. */
  readonly passwordSetAt: Date;
}

/** Signs access tokens: Ed25519 JWTs (RFC 9068 `at+jwt`) that the gateway checks without asking anybody. */
export class AccessTokens {
  private constructor(
    private readonly key: KeyObject,
    /** RFC 7638 thumbprint of the public key, so that keys can be exchanged one after the other. */
    private readonly keyId: string,
  ) {}

  /** @throws Error when the PEM is not an Ed25519 private key */
  static async fromPem(pem: string): Promise<AccessTokens> {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('The access key is not an Ed25519 private key');
    return new AccessTokens(key, await calculateJwkThumbprint(await exportJWK(createPublicKey(key))));
  }

  issue(claims: AccessClaims, now: Date): Promise<string> {
    const issuedAtS = Math.floor(now.getTime() / 1000);
    const passwordSetAtS = Math.floor(claims.passwordSetAt.getTime() / 1000);
    return new SignJWT({
      sid: claims.sessionId,
      pwd: passwordSetAtS,
      ...(claims.tenantId ? { ten: claims.tenantId } : {}),
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: this.keyId })
      .setIssuer('tenantry')
      .setAudience('tenantry')
      .setSubject(claims.personId)
      .setIssuedAt(issuedAtS)
      .setExpirationTime(issuedAtS + ACCESS_TOKEN_LIFETIME_S)
      .sign(this.key);
  }
}
