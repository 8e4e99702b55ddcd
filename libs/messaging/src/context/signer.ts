import { SystemClock, type Clock, type TenantContext } from '@tenantry/kernel';
import { SignJWT, type CryptoKey } from 'jose';
import { Lru } from '../bus/lru.js';
import { CONTEXT_TYPE, toClaims } from './claims.js';
import { CONTEXT_ALGORITHM, loadSigningKey } from './keys.js';

const WINDOW_S = 30;
/** A context signed at the very end of its window still lives for a whole one. */
const LIFETIME_S = 2 * WINDOW_S;
const MAX_CACHED = 10_000;

/**
 * Signs contexts as one issuer. All requests of a credential to one service within 30 s carry the same token, so that
 * signing here and verifying there happen once and not per request.
 */
export class ContextSigner {
  private readonly cache = new Lru<string, Promise<string>>(MAX_CACHED);

  private constructor(
    readonly issuer: string,
    private readonly key: CryptoKey,
    private readonly keyId: string,
    private readonly clock: Clock,
  ) {}

  /** Takes the issuer's PKCS#8 PEM (Ed25519). */
  static async load(options: { issuer: string; privateKeyPem: string; clock?: Clock }): Promise<ContextSigner> {
    const { key, keyId } = await loadSigningKey(options.privateKeyPem);
    return new ContextSigner(options.issuer, key, keyId, options.clock ?? new SystemClock());
  }

  /** A compact JWS of the context for one service. */
  sign(ctx: TenantContext, audience: string): Promise<string> {
    const claims = toClaims(ctx);
    const windowStartS = Math.floor(this.clock.now().getTime() / 1000 / WINDOW_S) * WINDOW_S;
    const cacheKey = `${audience} ${windowStartS} ${JSON.stringify(claims)}`;
    const cached = this.cache.get(cacheKey);
    if (cached) return cached;

    const signed = new SignJWT({ ...claims })
      .setProtectedHeader({ alg: CONTEXT_ALGORITHM, kid: this.keyId, typ: CONTEXT_TYPE })
      .setIssuer(this.issuer)
      .setAudience(audience)
      .setExpirationTime(windowStartS + LIFETIME_S)
      .sign(this.key);
    this.cache.set(cacheKey, signed);
    return signed;
  }
}
