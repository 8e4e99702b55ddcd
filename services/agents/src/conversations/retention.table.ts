import type { ConversationRetention } from '@tenantry/contracts';
import { sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../rows.js';

/** How long conversations are kept after their last turn, in days. */
export interface Retention {
  readonly days: number;
  /** Days by agent, where they differ. */
  readonly agents: Readonly<Record<string, number>>;
}

/** What holds for a tenant that has not said anything. */
const DEFAULT: Retention = { days: 90, agents: {} };

export async function findRetention(rows: Rows): Promise<Retention> {
  const [row] = await rows.query<Retention>(sql`select days, agents from agents.conversation_retention`);
  return row ?? DEFAULT;
}

/** How many days a conversation with an agent, or with none, is kept. */
export function daysFor({ days, agents }: Retention, agentId: string | null): number {
  return (agentId === null ? undefined : agents[agentId]) ?? days;
}

/** Saves what holds from now on, and shortens the time of conversations that would be kept longer. */
export async function saveRetention(tx: Transaction, { days, agents }: Retention, at: Date): Promise<void> {
  const byAgent = JSON.stringify(agents);
  await tx.execute(sql`insert into agents.conversation_retention (tenant_id, days, agents, updated_at)
    values (${tx.tenantId}, ${days}, ${byAgent}::jsonb, ${at})
    on conflict (tenant_id) do update set days = excluded.days, agents = excluded.agents, updated_at = excluded.updated_at`);
  await tx.execute(sql`update agents.conversation c
    set expires_at = c.updated_at + make_interval(days => coalesce((${byAgent}::jsonb ->> c.agent_id::text)::integer, ${days}))
    where c.key is not null
      and c.expires_at > c.updated_at + make_interval(days => coalesce((${byAgent}::jsonb ->> c.agent_id::text)::integer, ${days}))`);
}

export function toMessage({ days, agents }: Retention): ConversationRetention {
  return { days, agents: Object.entries(agents).map(([agentId, kept]) => ({ agentId, days: kept })) };
}
