import { sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../places/plan.table.js';

/** Copies of which something was collected that is not forgotten yet. */
export function keptCopies(rows: Rows, since: Date): Promise<{ readonly id: string; readonly subject: string }[]> {
  return rows.query(sql`select id, subject from compliance.subject_plan
    where kind = 'access' and status in ('collecting', 'review', 'released', 'delivered') and created_at >= ${since}`);
}

/** Takes everything out of a copy that is about the person; `subject` names nobody. */
export async function eraseCopy(tx: Transaction, id: string, subject: string, now: Date): Promise<void> {
  const { tenantId } = tx;
  // First the plan: whoever is collecting for it sees then that it is over.
  await tx.execute(sql`update compliance.subject_plan
    set status = 'erased', subject = ${subject}, try_at = null, problem = null, finished_at = ${now}
    where tenant_id = ${tenantId} and id = ${id}`);
  await tx.execute(sql`delete from compliance.bundle_piece where tenant_id = ${tenantId} and plan_id = ${id}`);
  await tx.execute(sql`delete from compliance.bundle_link where tenant_id = ${tenantId} and plan_id = ${id}`);
  await tx.execute(
    sql`update compliance.plan_place set finding = null where tenant_id = ${tenantId} and plan_id = ${id}`,
  );
}
