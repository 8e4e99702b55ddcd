import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { Clock, Fault, isUuid } from '@tenantry/kernel';
import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { GatewaySettings } from '../config.js';
import type { Session } from '../pipeline/exchange.js';

const MAX_REMEMBERED = 50_000;
const RELOAD_PAUSE_MS = 10_000;
const MAX_LIFETIME = '10m';
/** How far the clock of the machine that signs may be off. */
const CLOCK_TOLERANCE = '5s';

/**
 * Verifies access tokens. One verification takes longer than everything else a request needs here, so that a token's
 * outcome is remembered until it expires. A token of an unknown key has the key file read again, at most every 10 s.
 */
@Injectable()
export class AccessTokens {
  private readonly verified = new LRUCache<string, Session>({ max: MAX_REMEMBERED });
  private keys: ReturnType<typeof createLocalJWKSet> | null = null;
  private readAtMs = -Infinity;

  constructor(
    private readonly settings: GatewaySettings,
    private readonly clock: Clock,
  ) {}

  /**
   * @param digest SHA-256 of the token: tokens themselves are not kept
   * @throws Fault `unauthenticated`
   */
  async verify(token: string, digest: string): Promise<Session> {
    const known = this.verified.get(digest);
    const session = known ?? (await this.prove(token));
    if (session.expiresAtMs <= this.clock.now().getTime()) throw expired();
    if (!known) this.verified.set(digest, session);
    return session;
  }

  /** Reads the key file; called at start so that a wrong one stops it. */
  async load(): Promise<void> {
    this.readAtMs = this.clock.now().getTime();
    this.keys = createLocalJWKSet(JSON.parse(await readFile(this.settings.ACCESS_JWKS_FILE, 'utf8')) as JSONWebKeySet);
  }

  private async prove(token: string): Promise<Session> {
    try {
      return sessionOf(await this.check(token));
    } catch (cause) {
      throw cause instanceof errors.JWTExpired ? expired() : new Fault('unauthenticated', { cause });
    }
  }

  private async check(token: string): Promise<JWTPayload> {
    if (!this.keys) await this.load();
    try {
      return await this.decode(token);
    } catch (error) {
      const isNewKey =
        error instanceof errors.JWKSNoMatchingKey && this.clock.now().getTime() - this.readAtMs > RELOAD_PAUSE_MS;
      if (!isNewKey) throw error;
      await this.load();
      return this.decode(token);
    }
  }

  private async decode(token: string): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, this.keys!, {
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
      issuer: 'tenantry',
      audience: 'tenantry',
      requiredClaims: ['sub', 'sid', 'iat', 'exp'],
      maxTokenAge: MAX_LIFETIME,
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: this.clock.now(),
    });
    return payload;
  }
}

function expired(): Fault {
  return new Fault('unauthenticated', { detail: 'The access token has expired' });
}

function sessionOf({ sub, sid, ten, pwd, exp }: JWTPayload): Session {
  const tenantId = ten ?? null;
  if (typeof sub !== 'string' || typeof sid !== 'string' || !isUuid(sub) || !isUuid(sid))
    throw new TypeError('sub and sid must be ids');
  if (tenantId !== null && (typeof tenantId !== 'string' || !isUuid(tenantId)))
    throw new TypeError('ten must be an id or null');
  const passwordSetAtMs = typeof pwd === 'number' ? pwd * 1000 : null;
  return { kind: 'session', id: sid, userId: sub, tenantId, passwordSetAtMs, expiresAtMs: exp! * 1000 };
}
