import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { OpenInstance } from '@tenantry/local';
import { SignJWT } from 'jose';

/** What a context says; docs/adr/0004 has the words. */
export interface Claims {
  readonly ten: string;
  readonly cell: string;
  readonly mode: string;
  readonly act: { readonly k: string; readonly i: string; readonly r?: string };
  readonly pur: string;
  readonly per: readonly string[];
  /** The session or key that stands behind it. */
  readonly cid?: string;
}

/** How a context differs from one that its issuer would sign. */
export interface Twist {
  readonly issuer?: string;
  readonly audience?: string;
  readonly keyId?: string;
  readonly key?: KeyObject;
  readonly expiresInS?: number;
}

interface Jwk {
  readonly iss: string;
  readonly kid: string;
}

const LIFETIME_S = 60;

/** Signs contexts with keys that a thief found, or made. */
export class ContextForge {
  private readonly keys: readonly Jwk[];

  constructor(private readonly instance: OpenInstance) {
    this.keys = (JSON.parse(readFileSync(instance.secrets.jwksFile, 'utf8')) as { keys: Jwk[] }).keys;
  }

  /** A context as the gateway would sign it for a service, but for the twist. */
  sign(claims: Claims, service: string, twist: Twist = {}): Promise<string> {
    const { issuer = 'gateway', audience = service, expiresInS = LIFETIME_S } = twist;
    const kid = twist.keyId ?? this.keys.find(({ iss }) => iss === issuer)?.kid ?? '';
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'tenantry-ctx+jwt' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime(Math.floor(Date.now() / 1_000) + expiresInS)
      .sign(twist.key ?? this.keyOf(issuer));
  }

  /** A true context, changed after it was signed. */
  async edit(claims: Claims, service: string, changes: Partial<Claims>): Promise<string> {
    const [header, , signature] = (await this.sign(claims, service)).split('.');
    const [, payload] = (await this.sign({ ...claims, ...changes }, service)).split('.');
    return [header, payload, signature].join('.');
  }

  /** A key that nobody knows. */
  static ownKey(): KeyObject {
    return generateKeyPairSync('ed25519').privateKey;
  }

  private keyOf(issuer: string): KeyObject {
    return createPrivateKey(readFileSync(this.instance.secrets.contextKeys[issuer] ?? ''));
  }
}
