import { ContextKeys, ContextSigner, createContextKey, type ContextJwk } from '@tenantry/messaging';
import type { Clock } from '@tenantry/kernel';

/** A context key for each issuer, as a deployment has them: everybody's public keys, and a signer for each. */
export class TestIssuers {
  private constructor(
    readonly keys: ContextKeys,
    readonly jwks: { readonly keys: readonly ContextJwk[] },
    private readonly privateKeys: ReadonlyMap<string, string>,
  ) {}

  static async create(issuers: readonly string[]): Promise<TestIssuers> {
    const made = await Promise.all(issuers.map(async (issuer) => ({ issuer, ...(await createContextKey(issuer)) })));
    const jwks = { keys: made.map(({ publicJwk }) => publicJwk) };
    const privateKeys = new Map(made.map(({ issuer, privateKeyPem }) => [issuer, privateKeyPem]));
    return new TestIssuers(await ContextKeys.fromJwks(jwks), jwks, privateKeys);
  }

  /** Signs as an issuer, or claims to be another one (`as`) with the first one's key. */
  signer(issuer: string, options: { readonly as?: string; readonly clock?: Clock } = {}): Promise<ContextSigner> {
    return ContextSigner.load({
      issuer: options.as ?? issuer,
      privateKeyPem: this.privateKeyOf(issuer),
      clock: options.clock,
    });
  }

  privateKeyOf(issuer: string): string {
    const privateKeyPem = this.privateKeys.get(issuer);
    if (!privateKeyPem) {
      throw new TypeError(`no key was made for ${issuer}`);
    }
    return privateKeyPem;
  }
}
