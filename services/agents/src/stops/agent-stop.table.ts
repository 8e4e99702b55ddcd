import type { AgentStop } from '@tenantry/contracts';
import { sql, type Doors, type Transaction } from '@tenantry/database';
import type { AgentStopEntry, Projection } from '@tenantry/messaging';
import type { Rows } from '../rows.js';

/** A kill switch: all agents of the tenant whose row it is; of all tenants, when it is the platform's. */
export interface Stop {
  readonly stopped: boolean;
  readonly reason: string | null;
  readonly changedBy: string;
  readonly changedAt: Date;
}

const columns = sql`stopped, reason, changed_by as "changedBy", changed_at as "changedAt"`;

/** The switch; undefined when nobody ever touched it. */
export async function findStop(rows: Rows): Promise<Stop | undefined> {
  const [stop] = await rows.query<Stop>(sql`select ${columns} from agents.agent_stop`);
  return stop;
}

/** Sets the switch, and tells every process. */
export async function saveStop(tx: Transaction, { stopped, reason, changedBy, changedAt }: Stop): Promise<void> {
  const saved = await tx.one<{ version: number }>(sql`
    insert into agents.agent_stop as stop (tenant_id, stopped, reason, changed_by, changed_at, version)
    values (${tx.tenantId}, ${stopped}, ${reason}, ${changedBy}, ${changedAt}, 1)
    on conflict (tenant_id) do update set stopped = excluded.stopped, reason = excluded.reason, changed_by = excluded.changed_by,
      changed_at = excluded.changed_at, version = stop.version + 1
    returning version::int`);
  tx.project('agent_stops', tx.tenantId, entryOf({ stopped, reason }, saved!.version), saved!.version);
}

const entryOf = ({ stopped, reason }: Pick<Stop, 'stopped' | 'reason'>, version: number): AgentStopEntry => ({
  version,
  stopped,
  reason,
});

/** Every switch that somebody ever touched. */
export async function* allStopEntries(doors: Doors): AsyncIterable<Projection> {
  const rows = await doors.control
    .job('agents_directory')
    .query<Stop & { tenantId: string; version: number }>(
      sql`select ${columns}, tenant_id as "tenantId", version::int from agents.agent_stop`,
    );
  for (const stop of rows)
    yield { bucket: 'agent_stops', key: stop.tenantId, value: entryOf(stop, stop.version), version: stop.version };
}

export function toMessage(stop: Stop | undefined): AgentStop {
  return stop ? { ...stop } : { stopped: false, reason: null, changedBy: null, changedAt: null };
}
