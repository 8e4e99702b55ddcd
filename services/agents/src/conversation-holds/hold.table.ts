import { raw, sql, type Sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../rows.js';

/** What a legal hold is about, as conversations know it. */
export interface ConversationHold {
  readonly id: string;
  readonly table: string | null;
  /** Under which indexes conversations may name its person; null: all people of the table. */
  readonly blinds: readonly number[] | null;
  /** Whether it is about some people of the table, whom the data service knows alone. */
  readonly isQuery: boolean;
  readonly ownerId: string | null;
}

/** Keeps a hold; one that is kept already stays as it is. */
export async function insertHold(tx: Transaction, hold: ConversationHold, heldAt: Date): Promise<void> {
  const { id, table, blinds, isQuery, ownerId } = hold;
  await tx.execute(sql`insert into agents.legal_hold (tenant_id, id, subject_table, blinds, is_query, owner_id, held_at)
    values (${tx.tenantId}, ${id}, ${table}, ${blinds === null ? null : [...blinds]}::integer[], ${isQuery}, ${ownerId}, ${heldAt})
    on conflict do nothing`);
}

/** From now on the hold is compliance's word, and not only its intention. */
export async function confirmHold(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.execute(
    sql`update agents.legal_hold set confirmed_at = ${at} where tenant_id = ${tx.tenantId} and id = ${id} and confirmed_at is null`,
  );
}

export async function releaseHold(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.execute(
    sql`update agents.legal_hold set released_at = ${at} where tenant_id = ${tx.tenantId} and id = ${id} and released_at is null`,
  );
}

/** How many of the tenant's holds are in force. */
export async function countHolds(rows: Rows): Promise<number> {
  const [row] = await rows.query<{ holds: number }>(
    sql`select count(*)::integer as holds from agents.legal_hold h where ${IN_FORCE}`,
  );
  return row!.holds;
}

/** How many conversations a hold holds. */
export async function countHeldBy(rows: Rows, holdId: string): Promise<bigint> {
  const [row] = await rows.query<{ conversations: bigint }>(sql`select count(*) as conversations
    from agents.conversation c join agents.legal_hold h on h.tenant_id = c.tenant_id where c.key is not null and h.id = ${holdId} and ${IS_ABOUT}`);
  return row!.conversations;
}

/**
 * Nobody places a hold while conversations of a tenant are being forgotten, and none is forgotten between a hold's look and its commit: what is forgotten
 * is chosen by a statement of its own, after this one.
 */
export async function lockHolds(tx: Transaction, mode: 'placing' | 'forgetting'): Promise<void> {
  const lock = raw(mode === 'placing' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared');
  await tx.query(sql`select ${lock}(${lockOf(sql`${tx.tenantId}`)})`);
}

/** The number of the lock of a tenant's holds. */
export function lockOf(tenantId: Sql): Sql {
  return sql`hashtextextended('conversation holds ' || ${tenantId}, 0)`;
}

const IN_FORCE = raw(`h.released_at is null and (h.confirmed_at is not null or h.held_at > now() - interval '1 day')`);

/** Whether the hold `h` is about the conversation `c`. */
const IS_ABOUT = raw(`(h.owner_id = c.owner_id or (h.subject_table is not null and exists (
    select from agents.conversation_subject s where s.tenant_id = c.tenant_id and s.conversation_id = c.id
      and s.subject_table = h.subject_table and (h.blinds is null or s.blind = any(h.blinds)))))`);

/**
 * A hold in force on the conversation under the alias `c`, or null.
 * @param counts which of the holds `h` count; by default all
 */
export function holdOn(counts: Sql = raw('true')): Sql {
  return sql`(select h.id from agents.legal_hold h where h.tenant_id = c.tenant_id and ${IN_FORCE} and ${IS_ABOUT} and ${counts}
    order by h.id limit 1)`;
}
