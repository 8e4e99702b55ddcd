import { sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../log/entry.table.js';
import { NO_ANCHORING, type Anchoring } from './anchoring.js';

/** How far a place is, as the tenant sees it. */
export interface PlaceState {
  readonly place: string;
  readonly size: bigint;
  readonly anchoredAt: Date | null;
  readonly problem: string | null;
}

/** What the tenant chose; undefined when it never did. */
export async function findAnchoring(rows: Rows): Promise<Anchoring | undefined> {
  const found = await rows.query<Anchoring>(
    sql`select email, witness_url as "witnessUrl", witness_key as "witnessKey" from audit.anchoring`,
  );
  return found[0];
}

export async function saveAnchoring(tx: Transaction, { email, witnessUrl, witnessKey }: Anchoring, now: Date) {
  await tx.execute(sql`
    insert into audit.anchoring (tenant_id, email, witness_url, witness_key, changed_at)
    values (${tx.tenantId}, ${email}, ${witnessUrl}, ${witnessKey}, ${now})
    on conflict (tenant_id) do update set email = excluded.email, witness_url = excluded.witness_url,
      witness_key = excluded.witness_key, changed_at = excluded.changed_at`);
}

/** Every place that is used, also one that has nothing yet. */
export async function findPlaces(rows: Rows, anchoring: Anchoring = NO_ANCHORING): Promise<PlaceState[]> {
  const used = [
    'store',
    ...(anchoring.email === null ? [] : ['mail']),
    ...(anchoring.witnessUrl === null ? [] : ['witness']),
  ];
  return rows.query<PlaceState>(sql`
    select used.place, coalesce(state.size, 0) as size, state.anchored_at as "anchoredAt", state.problem
    from unnest(${used}::text[]) with ordinality as used (place, number)
      left join audit.anchor_place state on state.place = used.place
    order by used.number`);
}
