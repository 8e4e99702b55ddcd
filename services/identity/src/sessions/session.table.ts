import { SessionEnded } from '@tenantry/contracts';
import { sql, type ControlDatabase, type Doors, type Transaction } from '@tenantry/database';
import type { Projection, RevocationEntry } from '@tenantry/messaging';
import { ACCESS_TOKEN_LIFETIME_S } from './access-token.js';
import { REFRESH_LIFETIME_MS, SESSION_LIFETIME_MS, type EndReason } from './session.js';

/** A session as it starts. */
export interface NewSession {
  readonly id: string;
  readonly personId: string;
  readonly clientIp: string | null;
  readonly userAgent: string | null;
  readonly startedAt: Date;
}

export async function insertSession(tx: Transaction, session: NewSession): Promise<void> {
  const expiresAt = new Date(session.startedAt.getTime() + SESSION_LIFETIME_MS);
  await tx.execute(sql`
    insert into identity.session (person_id, id, client_ip, user_agent, started_at, expires_at)
    values (${session.personId}, ${session.id}, ${session.clientIp}, ${session.userAgent}, ${session.startedAt}, ${expiresAt})`);
}

/** Gives a session its next refresh token. */
export async function insertRefreshToken(
  tx: Transaction,
  session: { personId: string; id: string },
  hash: Buffer,
  now: Date,
): Promise<void> {
  await tx.execute(sql`
    insert into identity.refresh_token (person_id, hash, session_id, expires_at)
    values (${session.personId}, ${hash}, ${session.id}, ${new Date(now.getTime() + REFRESH_LIFETIME_MS)})`);
}

/** Whose refresh token this is, before anybody is known. */
export async function findTokenOwner(
  control: ControlDatabase,
  hash: Buffer,
): Promise<{ personId: string; sessionId: string } | undefined> {
  const [owner] = await control
    .job('identity_signin')
    .query<{ personId: string; sessionId: string }>(
      sql`select person_id as "personId", session_id as "sessionId" from identity.refresh_token where hash = ${hash}`,
    );
  return owner;
}

/** What became of a refresh token that somebody showed. */
export type TokenUse = 'accepted' | 'reused' | 'refused';

/** Uses a refresh token up, of a session that is not too old. Both rows are locked: of two who show it at the same time, the second sees that it was used. */
export async function useRefreshToken(tx: Transaction, hash: Buffer, now: Date, startedAfter: Date): Promise<TokenUse> {
  const found = await tx.one<{ alive: boolean; used: boolean }>(sql`
    select token.used_at is not null as used,
           token.expires_at > ${now} and session.expires_at > ${now} and session.ended_at is null
             and session.started_at > ${startedAfter} as alive
    from identity.refresh_token token
    join identity.session on session.person_id = token.person_id and session.id = token.session_id
    where token.hash = ${hash} for update of token, session`);
  if (!found?.alive) return 'refused';
  if (found.used) return 'reused';
  await tx.execute(sql`update identity.refresh_token set used_at = ${now} where hash = ${hash}`);
  return 'accepted';
}

/** Refuses a credential (a session, a key) for as long as anything signed for it could be shown. */
export function revocation(endedAt: Date): RevocationEntry {
  return { version: 1, expiresAt: new Date(endedAt.getTime() + ACCESS_TOKEN_LIFETIME_S * 1000).toISOString() };
}

/** Which of the person's sessions end. */
export type WhichSessions = { readonly only: string } | { readonly allBut: string | null };

/** Ends sessions of the transaction's person: their access tokens are refused from the commit on, everywhere. */
export async function endSessions(
  tx: Transaction,
  which: WhichSessions,
  reason: EndReason,
  now: Date,
): Promise<number> {
  const chosen = 'only' in which ? sql`id = ${which.only}` : sql`id is distinct from ${which.allBut}`;
  const ended = await tx.query<{ id: string; personId: string }>(sql`
    update identity.session set ended_at = ${now}, end_reason = ${reason}
    where ${chosen} and ended_at is null and expires_at > ${now}
    returning id, person_id as "personId"`);
  for (const { id, personId } of ended) {
    tx.project('revocations', id, revocation(now), 1);
    tx.publish(new SessionEnded({ sessionId: id, personId, reason }), {
      changes: [
        {
          resource: 'session',
          id,
          action: 'update',
          old: { endedAt: null },
          new: { endedAt: now.toISOString(), endReason: reason },
        },
      ],
    });
  }
  return ended.length;
}

/** Every revocation that a token or context may still run into. */
export async function* recentRevocations(doors: Doors): AsyncIterable<Projection> {
  const ended = await doors.control.job('identity_directory').query<{ id: string; endedAt: Date }>(sql`
    select id, ended_at as "endedAt" from identity.session where ended_at > now() - make_interval(secs => ${ACCESS_TOKEN_LIFETIME_S})
    union all
    select id, revoked_at from identity.api_key where revoked_at > now() - make_interval(secs => ${ACCESS_TOKEN_LIFETIME_S})
    union all
    select id, revoked_at from identity.support_grant where revoked_at > now() - make_interval(secs => ${ACCESS_TOKEN_LIFETIME_S})`);
  for (const { id, endedAt } of ended) yield { bucket: 'revocations', key: id, value: revocation(endedAt), version: 1 };
}
