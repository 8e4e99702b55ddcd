import { sql } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import type { Rows } from '../rows.js';

/** A run, as far as a call that continues it must know it. */
export interface RunRef {
  /** That of its first call to a model. */
  readonly id: string;
  /** W3C trace context of its first request. */
  readonly traceparent: string | null;
}

/** The run of a call to a model that the same caller made. @throws Fault `not-found` */
export async function findRunOf(rows: Rows, callId: string, { actor, onBehalfOf }: TenantContext): Promise<RunRef> {
  const [found] = await rows.query<RunRef>(sql`select first.id, first.traceparent
    from agents.completion named join agents.completion first on first.id = coalesce(named.run_id, named.id)
    where named.id = ${callId} and first.actor_id = ${actor.id} and first.on_behalf_of is not distinct from ${onBehalfOf}`);
  if (!found) throw new Fault('not-found', { field: 'metadata.run_id' });
  return found;
}
