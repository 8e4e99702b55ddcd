import { sql, type RowChange, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../rows.js';
import type { AlertCount, GuardrailAlert } from './guardrail-alert.js';

/** Of one tenant. */
const MAX_ALERTS = 20;

const columns = sql`a.name, a.email, a.guardrails, a.with_shadow as "withShadow", a.every_minutes as "everyMinutes", a.next_at as "nextAt",
  a.updated_at as "updatedAt"`;

/** The tenant's alerts by name. */
export function listAlerts(rows: Rows): Promise<GuardrailAlert[]> {
  return rows.query<GuardrailAlert>(sql`select ${columns} from agents.guardrail_alert a order by a.name`);
}

/** The alert of a name, locked until the commit; undefined when there is none. */
export function lockAlert(tx: Transaction, name: string): Promise<GuardrailAlert | undefined> {
  return tx.one<GuardrailAlert>(sql`select ${columns} from agents.guardrail_alert a where a.name = ${name} for update`);
}

/** Sets an alert up, or replaces it. @throws Fault `conflict` when the tenant has too many */
export async function saveAlert(tx: Transaction, one: GuardrailAlert): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`agents guardrail alerts ${tx.tenantId}`}, 0))`);
  const saved = await tx.execute(sql`
    insert into agents.guardrail_alert (tenant_id, name, email, guardrails, with_shadow, every_minutes, next_at, updated_at)
    select ${tx.tenantId}::uuid, ${one.name}, ${one.email}, ${[...one.guardrails]}::text[], ${one.withShadow}::boolean,
      ${one.everyMinutes}::integer, ${one.nextAt}::timestamptz, ${one.updatedAt}::timestamptz
    where (select count(*) < ${MAX_ALERTS} from agents.guardrail_alert where name <> ${one.name})
    on conflict (tenant_id, name) do update set email = excluded.email, guardrails = excluded.guardrails,
      with_shadow = excluded.with_shadow, every_minutes = excluded.every_minutes, updated_at = excluded.updated_at`);
  if (saved !== 1) throw new Fault('conflict', { detail: `There are at most ${MAX_ALERTS}; delete one first` });
}

/** @throws Fault `not-found` */
export async function deleteAlert(tx: Transaction, name: string): Promise<GuardrailAlert> {
  const [gone] = await tx.query<GuardrailAlert>(
    sql`delete from agents.guardrail_alert a where a.name = ${name} returning ${columns}`,
  );
  if (!gone) throw new Fault('not-found');
  return gone;
}

/** What the audit log is told of an alert: all but who is told. */
export function alertChange(
  action: RowChange['action'],
  { name, guardrails, withShadow, everyMinutes }: GuardrailAlert,
): RowChange {
  const facts = { guardrails: guardrails.join(', '), withShadow, everyMinutes };
  return { resource: 'guardrail_alert', id: name, action, ...(action === 'delete' ? {} : { new: facts }) };
}

/** What a guardrail decided. */
export interface Decided {
  readonly guardrail: string;
  readonly verdict: string;
  readonly enforced: boolean;
}

/** Counts a decision for each alert of the tenant that is about it. */
export async function countForAlerts(
  tx: Transaction,
  { guardrail, verdict, enforced }: Decided,
  at: Date,
): Promise<void> {
  const one = (is: boolean): number => (is ? 1 : 0);
  await tx.execute(sql`
    insert into agents.guardrail_alert_count as c (tenant_id, alert, guardrail, blocked, redacted, shadowed, since)
    select a.tenant_id, a.name, ${guardrail}, ${one(enforced && verdict === 'blocked')}, ${one(enforced && verdict === 'redacted')},
      ${one(!enforced)}, ${at}
    from agents.guardrail_alert a
    where a.tenant_id = ${tx.tenantId} and (a.with_shadow or ${enforced}) and (a.guardrails = '{}' or ${guardrail} = any(a.guardrails))
    on conflict (tenant_id, alert, guardrail) do update
      set blocked = c.blocked + excluded.blocked, redacted = c.redacted + excluded.redacted, shadowed = c.shadowed + excluded.shadowed`);
}

/** An alert of some tenant whose mail is due. */
export type DueAlert = GuardrailAlert & { readonly tenantId: string };

/** The alert that is due the longest, until the commit nobody else's; undefined when none is. */
export async function lockDueAlert(tx: Transaction, now: Date): Promise<DueAlert | undefined> {
  const [due] = await tx.query<DueAlert>(sql`select a.tenant_id as "tenantId", ${columns} from agents.guardrail_alert a
    where a.next_at <= ${now} and exists (select from agents.guardrail_alert_count c where c.tenant_id = a.tenant_id and c.alert = a.name)
    order by a.next_at limit 1 for update of a skip locked`);
  return due;
}

/** What has been decided since the last mail, the most frequent first; nobody counts on until the commit. */
export function lockCounts(tx: Transaction, { tenantId, name }: DueAlert): Promise<AlertCount[]> {
  return tx.query<AlertCount>(sql`select guardrail, blocked, redacted, shadowed, since from agents.guardrail_alert_count
    where tenant_id = ${tenantId} and alert = ${name} order by blocked desc, redacted desc, shadowed desc, guardrail for update`);
}

/** Removes what was mailed. */
export async function deleteCounts(
  tx: Transaction,
  { tenantId, name }: DueAlert,
  counts: readonly AlertCount[],
): Promise<void> {
  await tx.execute(sql`delete from agents.guardrail_alert_count
    where tenant_id = ${tenantId} and alert = ${name} and guardrail = any(${counts.map(({ guardrail }) => guardrail)}::text[])`);
}

/** No mail is sent before. */
export async function saveNextMail(tx: Transaction, { tenantId, name }: DueAlert, nextAt: Date): Promise<void> {
  await tx.execute(
    sql`update agents.guardrail_alert set next_at = ${nextAt} where tenant_id = ${tenantId} and name = ${name}`,
  );
}
