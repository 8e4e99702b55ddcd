import { Injectable } from '@nestjs/common';
import { SessionStarted, type LoginReply } from '@tenantry/contracts';
import { PersonDatabase, type Transaction } from '@tenantry/database';
import { allowsAddress, Clock, Fault, PLATFORM_TENANT_ID, newId, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { Standings } from '../members/standings.js';
import { rememberTenant } from '../users/person.table.js';
import { ACCESS_TOKEN_LIFETIME_S, AccessTokens } from './access-token.js';
import { newSecretToken } from './secret-token.js';
import { chooseTenant, SESSION_LIFETIME_MS, type Standing } from './session.js';
import { endSessions, insertRefreshToken, insertSession, useRefreshToken } from './session.table.js';

const HOUR_MS = 3_600_000;

/** A person whose identity is proven. */
export interface ProvenPerson {
  readonly personId: string;
  readonly lastTenant: string | null;
  readonly passwordSetAt: Date;
}

interface Issue {
  readonly personId: string;
  readonly sessionId: string;
  readonly tenantId: string | null;
  readonly standing: Standing;
  readonly passwordSetAt: Date;
  readonly refreshToken: string;
}

/** Starts and continues sessions, for whatever proves who somebody is. */
@Injectable()
export class Sessions {
  constructor(
    private readonly persons: PersonDatabase,
    private readonly standings: Standings,
    private readonly tokens: AccessTokens,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  /**
   * Starts a session; `proof` is what proved the person and runs in the same commit.
   * @throws Fault `not-found` when the person wants a tenant that is not theirs, `address-refused` from where it may not be used
   */
  async start(
    ctx: TenantContext,
    person: ProvenPerson,
    wanted: string | null,
    proof?: (tx: Transaction) => Promise<void>,
  ): Promise<LoginReply> {
    const { personId } = person;
    const now = this.clock.now();
    const standing = await this.standings.of(personId);
    const tenantId = chooseTenant(standing, wanted ?? tenantOf(ctx), person.lastTenant);
    this.assertAddress(ctx, tenantId);
    const session = {
      id: newId(now),
      personId,
      clientIp: ctx.request.clientIp,
      userAgent: ctx.request.userAgent,
      startedAt: now,
    };
    const { token, hash } = newSecretToken('r');
    await this.persons.transaction(actingAs(ctx, personId, session.id, tenantId), async (tx) => {
      await proof?.(tx);
      await insertSession(tx, session);
      await insertRefreshToken(tx, session, hash, now);
      if (tenantId) await rememberTenant(tx, tenantId);
      tx.publish(new SessionStarted({ sessionId: session.id, personId }), {
        changes: [
          { resource: 'session', id: session.id, action: 'insert', new: { personId, startedAt: now.toISOString() } },
        ],
      });
    });
    const { passwordSetAt } = person;
    return this.reply({ personId, sessionId: session.id, tenantId, standing, passwordSetAt, refreshToken: token }, now);
  }

  /**
   * Exchanges a refresh token. One that comes a second time was stolen, from or by whoever shows it: its session ends.
   * @throws Fault `refresh-refused`, or `address-refused`, by which the token is not used up
   */
  async continue(
    ctx: TenantContext,
    person: ProvenPerson,
    sessionId: string,
    hash: Buffer,
    wanted: string | null,
  ): Promise<LoginReply> {
    const { personId } = person;
    const now = this.clock.now();
    const standing = await this.standings.of(personId);
    const tenantId = chooseTenant(standing, wanted ?? tenantOf(ctx), person.lastTenant);
    this.assertAddress(ctx, tenantId);
    const next = newSecretToken('r');
    const use = await this.persons.transaction(actingAs(ctx, personId, sessionId, tenantId), async (tx) => {
      const found = await useRefreshToken(tx, hash, now, this.oldestStart(tenantId, now));
      if (found === 'reused') await endSessions(tx, { only: sessionId }, 'token_reused', now);
      if (found === 'accepted') {
        await insertRefreshToken(tx, { personId, id: sessionId }, next.hash, now);
        if (tenantId) await rememberTenant(tx, tenantId);
      }
      return found;
    });
    if (use !== 'accepted') throw new Fault('refresh-refused');
    const { passwordSetAt } = person;
    return this.reply({ personId, sessionId, tenantId, standing, passwordSetAt, refreshToken: next.token }, now);
  }

  /** Who may not use a tenant from where they are gets no token for it; that is said only to whoever proved who they are. */
  private assertAddress({ request: { clientIp } }: TenantContext, tenantId: string | null): void {
    const { allowedIps = [] } = (tenantId && this.directories.policies.get(tenantId)) || {};
    if (allowedIps.length === 0 || (clientIp !== null && allowsAddress(allowedIps, clientIp))) return;
    throw new Fault('address-refused');
  }

  /** How old a session may be for a token of the tenant: an older one is refused, and the person signs in again. */
  private oldestStart(tenantId: string | null, now: Date): Date {
    const hours = (tenantId && this.directories.policies.get(tenantId)?.maxSessionHours) || null;
    return new Date(now.getTime() - (hours === null ? SESSION_LIFETIME_MS : hours * HOUR_MS));
  }

  private async reply(issue: Issue, now: Date): Promise<LoginReply> {
    return {
      accessToken: await this.tokens.issue(issue, now),
      refreshToken: issue.refreshToken,
      expiresIn: ACCESS_TOKEN_LIFETIME_S,
      memberships: issue.standing.memberships.map(({ tenantId, slug, role }) => ({ tenantId, slug, role })),
    };
  }
}

/** The tenant that the request itself selects, by host name or header. */
function tenantOf(ctx: TenantContext): string | null {
  return ctx.tenantId === PLATFORM_TENANT_ID ? null : ctx.tenantId;
}

/** The request of a caller who was nobody until now, as the person that they proved to be. */
function actingAs(ctx: TenantContext, personId: string, sessionId: string, tenantId: string | null): TenantContext {
  return {
    ...ctx,
    tenantId: tenantId ?? PLATFORM_TENANT_ID,
    actor: { kind: 'user', id: personId, role: null },
    credentialId: sessionId,
  };
}
