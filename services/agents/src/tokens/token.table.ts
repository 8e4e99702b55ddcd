import type { AgentToken } from '@tenantry/contracts';
import { sql, type ControlDatabase, type Doors, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Projection, RevocationEntry } from '@tenantry/messaging';
import type { Rows } from '../rows.js';
import type { TokenSecret } from './token-secret.js';
import { directoryEntry, type Token } from './token.js';

/** What one agent has at the same time, so that every process can know them all. */
export const MAX_LIVE_TOKENS = 1_000;

const columns = sql`id, agent_id as "agentId", parent_id as "parentId", depth, audiences, grants, on_behalf_of as "onBehalfOf",
  location_id as "locationId", issued_by as "issuedBy", issued_at as "issuedAt", expires_at as "expiresAt",
  allowance_id as "allowanceId"`;

/** A token in a list. */
export interface ListedToken extends Token {
  readonly prefix: string;
}

/** Stores a token and lets it in. @throws Fault `conflict` when the agent has too many */
export async function insertToken(tx: Transaction, token: Token, secret: TokenSecret): Promise<void> {
  const { id, agentId, parentId, depth, audiences, grants, onBehalfOf, locationId, issuedBy, issuedAt, expiresAt } =
    token;
  const inserted = await tx.execute(sql`
    insert into agents.agent_token (tenant_id, id, agent_id, parent_id, depth, hash, prefix, audiences, grants, on_behalf_of, location_id,
      issued_by, issued_at, expires_at, allowance_id)
    select ${tx.tenantId}::uuid, ${id}::uuid, ${agentId}::uuid, ${parentId}::uuid, ${depth}::integer, ${secret.hash}, ${secret.prefix},
      ${audiences}::text[], ${grants}::text[], ${onBehalfOf}::uuid, ${locationId}::uuid, ${issuedBy}, ${issuedAt}::timestamptz,
      ${expiresAt}::timestamptz, ${token.allowanceId}::uuid
    where (select count(*) < ${MAX_LIVE_TOKENS} from agents.agent_token
      where agent_id = ${agentId} and revoked_at is null and expires_at > ${issuedAt}::timestamptz)`);
  if (inserted !== 1)
    throw new Fault('conflict', {
      detail: `An agent has at most ${MAX_LIVE_TOKENS} tokens at a time; use one for longer`,
    });
  tx.project('agent_tokens', secret.hash, directoryEntry(token, tx.tenantId), 1);
}

/** A token that is alive, locked until the commit, so that it is not revoked meanwhile. @throws Fault `unauthenticated` */
export async function lockLiveToken(tx: Transaction, id: string, now: Date): Promise<Token> {
  const token = await tx.one<Token>(sql`select ${columns} from agents.agent_token
    where id = ${id} and revoked_at is null and expires_at > ${now} for update`);
  if (!token) throw new Fault('unauthenticated', { cause: 'the token was revoked or has expired' });
  return token;
}

/** Tokens that are alive, the newest first; `beforeId` continues after the token with that id. */
export function listTokenRows(
  rows: Rows,
  { agentId, beforeId, now }: { readonly agentId: string; readonly beforeId: string | null; readonly now: Date },
  limit: number,
): Promise<ListedToken[]> {
  return rows.query<ListedToken>(sql`select ${columns}, prefix from agents.agent_token
    where agent_id = ${agentId} and revoked_at is null and expires_at > ${now} and (${beforeId}::uuid is null or id < ${beforeId})
    order by id desc limit ${limit}`);
}

/** Which agent a token is for, locked until the commit; undefined when there never was one with this id. */
export async function agentOfToken(tx: Transaction, id: string): Promise<string | undefined> {
  const found = await tx.one<{ agentId: string }>(
    sql`select agent_id as "agentId" from agents.agent_token where id = ${id} for update`,
  );
  return found?.agentId;
}

/** Whether the agent ever had a token with this id. */
export async function isTokenOf(rows: Rows, agentId: string, id: string): Promise<boolean> {
  const found = await rows.query(sql`select from agents.agent_token where agent_id = ${agentId} and id = ${id}`);
  return found.length > 0;
}

/** The tokens of an agent that are alive, locked until the commit, so that none of them is exchanged meanwhile. */
export async function lockLiveTokensOf(tx: Transaction, agentId: string, now: Date): Promise<string[]> {
  const alive = await tx.query<{ id: string }>(sql`select id from agents.agent_token
    where agent_id = ${agentId} and revoked_at is null and expires_at > ${now} order by id for update`);
  return alive.map(({ id }) => id);
}

/** A token that was revoked, and which of those that were named it came from. */
export interface RevokedToken {
  readonly id: string;
  readonly rootId: string;
}

/** Revokes tokens and all that they were exchanged for, as far as they are alive. */
export async function revokeTrees(tx: Transaction, rootIds: readonly string[], now: Date): Promise<RevokedToken[]> {
  const revoked: RevokedToken[] = [];
  // Again until there are none: one deep in a tree may just have been exchanged by somebody for whose commit this waited, and did not see.
  for (let found = await revokeKnown(tx, rootIds, now); found.length > 0; found = await revokeKnown(tx, rootIds, now))
    revoked.push(...found);
  for (const { id } of revoked) tx.project('agent_revocations', id, revocation(now), 1);
  return revoked;
}

function revokeKnown(tx: Transaction, rootIds: readonly string[], now: Date): Promise<RevokedToken[]> {
  return tx.query<RevokedToken>(sql`
    with recursive tree as (
      select id, id as root_id, depth as root_depth from agents.agent_token where id = any(${[...rootIds]}::uuid[])
      union all
      select child.id, tree.root_id, tree.root_depth from agents.agent_token child join tree on child.parent_id = tree.id
    ), named as (select distinct on (id) id, root_id from tree order by id, root_depth)
    update agents.agent_token t set revoked_at = ${now} from named
    where t.id = named.id and t.revoked_at is null and t.expires_at > ${now} returning t.id, named.root_id as "rootId"`);
}

/** Contexts that were signed for the token are refused for as long as any could be shown: the longest life of a token. */
function revocation(at: Date): RevocationEntry {
  return { version: 1, expiresAt: new Date(at.getTime() + LONGEST_LIFE_MS).toISOString() };
}

const LONGEST_LIFE_MS = 3_600_000;

/** Every token that is alive and every recent revocation. */
export async function* allTokenEntries(doors: Doors): AsyncIterable<Projection> {
  const pageSize = 1_000;
  const rows = doors.control.job('agents_directory');
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const page = await rows.query<Token & { tenantId: string; hash: string; revokedAt: Date | null }>(sql`
      select ${columns}, tenant_id as "tenantId", hash, revoked_at as "revokedAt" from agents.agent_token
      where expires_at > now() and id > ${after} order by id limit ${pageSize}`);
    for (const { tenantId, hash, revokedAt, ...token } of page) {
      yield { bucket: 'agent_tokens', key: hash, value: directoryEntry(token, tenantId), version: 1 };
      if (revokedAt) yield { bucket: 'agent_revocations', key: token.id, value: revocation(revokedAt), version: 1 };
    }
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.id;
  }
}

/** Removes tokens that ended before a time. */
export async function sweepTokens(control: ControlDatabase, before: Date): Promise<void> {
  await control.job('agents_sweep').query(sql`delete from agents.agent_token where expires_at < ${before}`);
}

export function toMessage({ depth: _, allowanceId: _own, grants, ...token }: ListedToken): AgentToken {
  return { ...token, audiences: [...token.audiences], permissions: [...grants] };
}
