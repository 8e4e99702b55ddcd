import { sql } from '@tenantry/database';
import type { Rows } from '../log/entry.table.js';

/** An entry by which a resource was changed. */
export interface ChangeEntry {
  readonly id: string;
  readonly action: string;
  readonly occurredAt: Date;
}

/** What is sought. */
export interface SoughtChange {
  readonly resource: string;
  readonly resourceId: string;
  readonly event: string;
  readonly since: Date;
  readonly requestId?: string | null;
}

/** The latest entry of an event about a resource, not before a time; refusals are none. */
export async function findLatestChange(rows: Rows, sought: SoughtChange): Promise<ChangeEntry | undefined> {
  const { resource, resourceId, event, since, requestId = null } = sought;
  const [found] = await rows.query<ChangeEntry>(sql`
    select id, action, occurred_at as "occurredAt" from audit.entry
    where resource = ${resource} and resource_id = ${resourceId} and event = ${event} and outcome = 'done' and occurred_at >= ${since}
      and (${requestId}::text is null or request_id = ${requestId})
    order by sequence desc limit 1`);
  return found;
}
