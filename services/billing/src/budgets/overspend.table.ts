import type { Overspend, ShadowDenial } from '@tenantry/contracts';
import { sql } from '@tenantry/database';
import { formatNanos } from '@tenantry/kernel';
import type { Rows } from './budget.table.js';

/** Which part of a list: of one budget or of all, older than an entry or from the newest on. */
export interface Page {
  readonly budgetId: string | null;
  readonly beforeId: string | null;
  readonly limit: number;
}

type OverspendRow = Omit<Overspend, 'held' | 'actual' | 'overLimit'> & {
  readonly heldNanos: bigint;
  readonly actualNanos: bigint;
  readonly overLimitNanos: bigint;
};

/** The newest first. */
export async function listOverspendRows(rows: Rows, { budgetId, beforeId, limit }: Page): Promise<Overspend[]> {
  const found = await rows.query<OverspendRow>(sql`select id, budget_id as "budgetId", hold_id as "reservationId",
      held_nanos as "heldNanos", actual_nanos as "actualNanos", over_limit_nanos as "overLimitNanos", created_at as "createdAt"
    from billing.budget_overspend
    where (${budgetId}::uuid is null or budget_id = ${budgetId}) and (${beforeId}::uuid is null or id < ${beforeId})
    order by id desc limit ${limit}`);
  return found.map(({ heldNanos, actualNanos, overLimitNanos, ...row }) => {
    const [held, actual, overLimit] = [formatNanos(heldNanos), formatNanos(actualNanos), formatNanos(overLimitNanos)];
    return { ...row, held, actual, overLimit };
  });
}

type ShadowDenialRow = Omit<ShadowDenial, 'estimate' | 'headroom'> & {
  readonly estimateNanos: bigint | null;
  readonly headroomNanos: bigint;
};

/** The newest first. */
export async function listShadowDenialRows(rows: Rows, { budgetId, beforeId, limit }: Page): Promise<ShadowDenial[]> {
  const found =
    await rows.query<ShadowDenialRow>(sql`select id, budget_id as "budgetId", hold_id as "reservationId", reason,
      estimate_nanos as "estimateNanos", headroom_nanos as "headroomNanos", created_at as "createdAt"
    from billing.budget_shadow_denial
    where (${budgetId}::uuid is null or budget_id = ${budgetId}) and (${beforeId}::uuid is null or id < ${beforeId})
    order by id desc limit ${limit}`);
  return found.map(({ estimateNanos, headroomNanos, ...row }) => {
    const estimate = estimateNanos === null ? null : formatNanos(estimateNanos);
    return { ...row, estimate, headroom: formatNanos(headroomNanos) };
  });
}
