import { raw, sql, type Sql } from '@tenantry/database';
import type { PlacedTable } from '../spaces/table-space.js';
import { target } from '../subjects/place-statements.js';
import { keyText } from './row-key.js';

/** Since when a rule without a date counts: the days of a row begin when it is first seen as the filter wants it, and anew when it is changed. */
export const SIGHTINGS = '';

/** A row that was seen to be as a rule wants it, in one of its versions. */
export interface Sighting {
  readonly key: readonly string[];
  readonly version: string;
}

const sightingsOf = (ruleId: string): Sql => sql`data.retention_sightings(${ruleId}::uuid)`;

/** Whether a row under the alias `t` was seen as it is before a moment; at all, without one. */
export function wasSeen(table: PlacedTable, ruleId: string, before: Date | null): Sql {
  const inTime = before ? sql`and s.seen_at < ${before}::timestamptz` : raw('');
  return sql`exists (select from ${sightingsOf(ruleId)} s
    where s.row_key = ${keyText(table)} and s.row_version = t.xmin::text ${inTime})`;
}

/** Rows whose days are to begin. */
export function printUnseen(table: PlacedTable, isUnseen: Sql, limit: number): Sql {
  return sql`select ${keyText(table)} as key, t.xmin::text as version from ${target(table)} t where ${isUnseen} limit ${limit}`;
}

/** What was seen and is so no more, or is gone. */
export function printGone(table: PlacedTable, ruleId: string, isAbout: Sql, limit: number): Sql {
  return sql`select s.row_key as key from ${sightingsOf(ruleId)} s
    where not exists (select from ${target(table)} t where ${isAbout} and ${keyText(table)} = s.row_key) limit ${limit}`;
}
