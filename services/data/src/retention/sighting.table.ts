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
