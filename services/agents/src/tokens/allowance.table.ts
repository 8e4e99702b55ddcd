import { sql, type ControlDatabase, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../rows.js';
import type { Allowance, AllowanceUse } from './allowance.js';

/** Adds an allowance. The caller holds the lock of the one that it is a part of. */
export async function insertAllowance(
  tx: Transaction,
  { id, parentId, holdId, limitNanos, expiresAt }: Allowance,
): Promise<void> {
  await tx.execute(sql`insert into agents.token_allowance (tenant_id, id, parent_id, hold_id, limit_nanos, expires_at)
    values (${tx.tenantId}, ${id}, ${parentId}, ${holdId}, ${limitNanos}, ${expiresAt})`);
}

/** An allowance, and the hold that pays for it. */
export type AllowanceRef = Pick<Allowance, 'id' | 'holdId'>;

const ref = sql`a.id, a.hold_id as "holdId"`;

/** Nobody else takes from an allowance until the commit: neither for a call nor for a part. @throws Fault `not-found` */
export async function lockAllowance(tx: Transaction, id: string): Promise<AllowanceRef> {
  const found = await tx.one<AllowanceRef>(
    sql`select ${ref} from agents.token_allowance a where a.id = ${id} for update`,
  );
  if (!found) throw new Fault('not-found');
  return found;
}

/** The allowance that a token's calls count against; null when there is none. */
export async function allowanceOfToken(rows: Rows, tokenId: string): Promise<AllowanceRef | null> {
  const [found] = await rows.query<AllowanceRef>(sql`select ${ref}
    from agents.agent_token t join agents.token_allowance a on a.id = t.allowance_id where t.id = ${tokenId}`);
  return found ?? null;
}

/**
 * What has become of an allowance. Nothing is counted up, so nothing can be counted wrongly: a call is worth its cost, or until that is known
 * what it may cost at most; a part whose token is alive is worth its limit, else what its calls and those of its parts are worth.
 * @throws Fault `not-found`
 */
export async function useOf(rows: Rows, id: string, now: Date): Promise<AllowanceUse> {
  const [use] = await rows.query<AllowanceUse>(sql`
    with recursive part as (
      select a.id, a.limit_nanos, 1 as depth, exists (
        select from agents.agent_token t where t.id = a.id and t.revoked_at is null and t.expires_at > ${now}::timestamptz) as is_alive
      from agents.token_allowance a where a.parent_id = ${id}
      union all
      select a.id, a.limit_nanos, part.depth + 1, false from agents.token_allowance a join part on a.parent_id = part.id
      where not part.is_alive),
    used as (
      select coalesce(sum(coalesce(c.cost_nanos, k.cost_nanos)), 0)::bigint as spent,
        coalesce(sum(h.held_nanos) filter (where c.cost_nanos is null and k.cost_nanos is null), 0)::bigint as held
      from agents.token_hold h left join agents.completion c on c.id = h.id left join agents.tool_charge k on k.id = h.id
      where h.allowance_id = ${id} or h.allowance_id in (select id from part where not is_alive))
    select a.hold_id is not null as "isReserved", exists (select from agents.token_allowance whole where whole.id = a.hold_id
        and (whole.hold_ended_at is not null or whole.hold_due_at <= ${now}::timestamptz)) as "isOver", a.limit_nanos as "limitNanos", used.spent as "spentNanos", used.held as "heldNanos",
      (select coalesce(sum(limit_nanos) filter (where is_alive and depth = 1), 0)::bigint from part) as "givenNanos"
    from agents.token_allowance a cross join used where a.id = ${id}`);
  if (!use) throw new Fault('not-found');
  return use;
}

/** Takes note of what a call may take of an allowance. */
export async function insertHold(
  tx: Transaction,
  hold: { readonly id: string; readonly allowanceId: string; readonly heldNanos: bigint; readonly heldAt: Date },
): Promise<void> {
  await tx.execute(sql`insert into agents.token_hold (tenant_id, id, allowance_id, held_nanos, held_at)
    values (${tx.tenantId}, ${hold.id}, ${hold.allowanceId}, ${hold.heldNanos}, ${hold.heldAt})`);
}

/** Removes allowances that ended before a time, parts before what they are parts of. */
export async function sweepAllowances(control: ControlDatabase, before: Date): Promise<void> {
  await control.job('agents_sweep').query(sql`delete from agents.token_allowance a where expires_at < ${before}
    and not exists (select from agents.token_allowance part where part.tenant_id = a.tenant_id and part.parent_id = a.id)`);
}
