import { sql, type Transaction } from '@tenantry/database';
import type { Sighting } from './sighting.js';

/** Begins the days of rows; those of another version begin anew. */
export async function saveSightings(
  tx: Transaction,
  ruleId: string,
  seen: readonly Sighting[],
  now: Date,
): Promise<void> {
  if (seen.length === 0) return;
  await tx.execute(sql`
    insert into data.retention_sighting (tenant_id, rule_id, row_key, row_version, seen_at)
    select ${tx.tenantId}, ${ruleId}, array(select jsonb_array_elements_text(s.key)), s.version, ${now}
    from unnest(${seen.map(({ key }) => JSON.stringify(key))}::jsonb[], ${seen.map(({ version }) => version)}::text[]) as s (key, version)
    on conflict (tenant_id, rule_id, row_key) do update set row_version = excluded.row_version, seen_at = excluded.seen_at`);
}

/**
 * Takes what this transaction has written of rows for the versions that were seen, because nothing in them has changed: their days go on.
 * A row that somebody else has changed meanwhile has another version by then, and is seen anew.
 */
export async function carrySightings(tx: Transaction, table: string, written: readonly Sighting[]): Promise<void> {
  await tx.execute(sql`
    update data.retention_sighting s set row_version = pg_current_xact_id()::xid::text
    from unnest(${written.map(({ key }) => JSON.stringify(key))}::jsonb[], ${written.map(({ version }) => version)}::text[]) as w (key, version)
    where s.tenant_id = ${tx.tenantId} and s.rule_id in (
        select id from data.retention_rule r where r.tenant_id = ${tx.tenantId} and r.table_name = ${table} and r.ended_at is null)
      and s.row_key = array(select jsonb_array_elements_text(w.key)) and s.row_version = w.version`);
}

/** Forgets rows that are gone, or are not as the rule wants them any more. */
export async function deleteSightings(
  tx: Transaction,
  ruleId: string,
  gone: readonly Pick<Sighting, 'key'>[],
): Promise<void> {
  if (gone.length === 0) return;
  await tx.execute(sql`
    delete from data.retention_sighting s
    using unnest(${gone.map(({ key }) => JSON.stringify(key))}::jsonb[]) as g (key)
    where s.tenant_id = ${tx.tenantId} and s.rule_id = ${ruleId} and s.row_key = array(select jsonb_array_elements_text(g.key))`);
}
