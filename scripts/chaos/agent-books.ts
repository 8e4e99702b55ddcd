import type { System } from './system.js';

/** What a tenant's one budget says, and what its calls to models cost as they are kept. Amounts are nano-dollars. */
export interface Books {
  readonly limit: bigint;
  readonly spent: bigint;
  /** By holds that are alive. */
  readonly held: bigint;
  /** What calls cost, by their rows. */
  readonly calls: bigint;
  /** What their holds were settled at. */
  readonly settled: bigint;
  /** What was spent beyond what was held for it. */
  readonly overspent: bigint;
  readonly count: number;
  /** Calls that cost something. */
  readonly paid: number;
  /** How many turns each conversation keeps, with its question and its answer. */
  readonly turns: ReadonlyMap<string, number>;
}

type Row = Record<'limit' | 'spent' | 'held' | 'calls' | 'settled' | 'overspent' | 'count' | 'paid', string>;

export async function booksOf(system: System, tenantId: string): Promise<Books> {
  const [row] = await system.query<Row>(
    `select b.limit_nanos as limit, b.spent_nanos as spent, c.*,
       (select coalesce(sum(amount_nanos), 0) from billing.budget_leg l where l.tenant_id = b.tenant_id and l.expires_at > now()) as held,
       (select coalesce(sum(actual_nanos), 0) from billing.budget_hold h where h.tenant_id = b.tenant_id) as settled,
       (select coalesce(sum(actual_nanos - held_nanos), 0) from billing.budget_overspend o where o.tenant_id = b.tenant_id) as overspent
     from billing.budget b, lateral (select coalesce(sum(cost_nanos), 0) as calls, count(*) as count,
       count(*) filter (where cost_nanos > 0) as paid from agents.completion c where c.tenant_id = b.tenant_id) c
     where b.tenant_id = $1`,
    [tenantId],
  );
  const { limit, spent, held, calls, settled, overspent, count, paid } = row!;
  const amounts = { limit: BigInt(limit), spent: BigInt(spent), held: BigInt(held), calls: BigInt(calls) };
  const counts = { count: Number(count), paid: Number(paid), turns: await turnsOf(system, tenantId) };
  return { ...amounts, settled: BigInt(settled), overspent: BigInt(overspent), ...counts };
}

/** A turn that is kept twice, or not whole, makes its conversation's number a fraction. */
async function turnsOf(system: System, tenantId: string): Promise<Map<string, number>> {
  const kept = await system.query<{ id: string; turns: string }>(
    `select conversation_id as id, case when count(*) = 2 * count(distinct completion_id) then count(distinct completion_id) else count(*) / 2 + 0.5 end as turns
     from agents.conversation_message where tenant_id = $1 group by 1`,
    [tenantId],
  );
  return new Map(kept.map(({ id, turns }) => [id, Number(turns)]));
}

/** Calls whose cost differs from what their hold was settled at, a line each. */
export async function unlikeTheirHolds(system: System, tenantId: string): Promise<string[]> {
  const differing = await system.query<{ id: string; cost: string; actual: string }>(
    `select id, coalesce(c.cost_nanos, 0) as cost, coalesce(h.actual_nanos, 0) as actual
     from (select id, cost_nanos from agents.completion where tenant_id = $1) c
     full join (select id, actual_nanos from billing.budget_hold where tenant_id = $1) h using (id)
     where coalesce(c.cost_nanos, 0) <> coalesce(h.actual_nanos, 0)`,
    [tenantId],
  );
  return differing.map(({ id, cost, actual }) => `the call ${id} cost ${cost}, its hold was settled at ${actual}`);
}

/** How many calls nobody has ended, or counted. */
export async function unsettled(system: System, tenantId: string): Promise<number> {
  const text = 'select from agents.completion where tenant_id = $1 and settled_at is null';
  return (await system.query(text, [tenantId])).length;
}

/** In how many conversations a call has the turn. */
export async function turnsTaken(system: System, tenantId: string): Promise<number> {
  const text = 'select from agents.conversation where tenant_id = $1 and answering is not null';
  return (await system.query(text, [tenantId])).length;
}

/** As if so much time had passed that schedules take up every call which nobody ended or settled. */
export async function leaveBehind(system: System, tenantId: string): Promise<void> {
  await system.query(
    `update agents.completion set deadline_at = least(deadline_at, now() - interval '1 s'),
       started_at = started_at - interval '1 hour', ended_at = ended_at - interval '1 minute'
     where tenant_id = $1 and settled_at is null`,
    [tenantId],
  );
}

/** As if each hold that nobody is left to settle had lasted as long as it may: its process died before its call was written down. */
export async function outlastOrphans(system: System, tenantId: string): Promise<void> {
  await system.query(
    `with orphan as (update billing.budget_hold h set created_at = created_at - interval '1 day', expires_at = now() - interval '1 s'
       where tenant_id = $1 and state = 'held'
         and not exists (select from agents.completion c where c.tenant_id = h.tenant_id and c.id = h.id)
       returning tenant_id, id)
     update billing.budget_leg l set expires_at = now() - interval '1 s' from orphan o where l.tenant_id = o.tenant_id and l.hold_id = o.id`,
    [tenantId],
  );
}
