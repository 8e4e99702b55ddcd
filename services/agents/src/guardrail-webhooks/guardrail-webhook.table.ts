import { sql, type RowChange, type SealedPlace, type Transaction } from '@tenantry/database';
import { Fault, formatNanos } from '@tenantry/kernel';
import type { Rows } from '../rows.js';
import type { GuardrailWebhook } from './guardrail-webhook.js';

/** Of one tenant: each is waited for. */
const MAX_WEBHOOKS = 5;

const columns = sql`name, url, mode, stages, timeout_ms as "timeoutMs", on_failure as "onFailure", cost_nanos as "costNanos", secret,
  updated_at as "updatedAt"`;

/** Where the secret of an endpoint is sealed. */
export function secretPlace(name: string): SealedPlace {
  return { table: 'agents.guardrail_webhook', column: 'secret', row: name };
}

/** The tenant's endpoints by name. */
export function listWebhooks(rows: Rows): Promise<GuardrailWebhook[]> {
  return rows.query<GuardrailWebhook>(sql`select ${columns} from agents.guardrail_webhook order by name`);
}

/** The endpoint of a name, locked until the commit; undefined when there is none. */
export function lockWebhook(tx: Transaction, name: string): Promise<GuardrailWebhook | undefined> {
  return tx.one<GuardrailWebhook>(sql`select ${columns} from agents.guardrail_webhook where name = ${name} for update`);
}

/** Sets an endpoint up, or replaces it. @throws Fault `conflict` when the tenant has too many */
export async function saveWebhook(tx: Transaction, one: GuardrailWebhook): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`agents guardrail webhooks ${tx.tenantId}`}, 0))`);
  const saved = await tx.execute(sql`
    insert into agents.guardrail_webhook (tenant_id, name, url, mode, stages, timeout_ms, on_failure, cost_nanos, secret, updated_at)
    select ${tx.tenantId}::uuid, ${one.name}, ${one.url}, ${one.mode}, ${[...one.stages]}::text[], ${one.timeoutMs}::integer, ${one.onFailure},
      ${one.costNanos}::bigint, ${one.secret}, ${one.updatedAt}::timestamptz
    where (select count(*) < ${MAX_WEBHOOKS} from agents.guardrail_webhook where name <> ${one.name})
    on conflict (tenant_id, name) do update set url = excluded.url, mode = excluded.mode, stages = excluded.stages,
      timeout_ms = excluded.timeout_ms, on_failure = excluded.on_failure, cost_nanos = excluded.cost_nanos, secret = excluded.secret,
      updated_at = excluded.updated_at`);
  if (saved !== 1) throw new Fault('conflict', { detail: `There are at most ${MAX_WEBHOOKS}; delete one first` });
}

/** @throws Fault `not-found` */
export async function deleteWebhook(tx: Transaction, name: string): Promise<GuardrailWebhook> {
  const [gone] = await tx.query<GuardrailWebhook>(
    sql`delete from agents.guardrail_webhook where name = ${name} returning ${columns}`,
  );
  if (!gone) throw new Fault('not-found');
  return gone;
}

/** What the audit log is told of an endpoint: where it is, without what may be in its path. */
export function webhookFacts({
  url,
  mode,
  stages,
  timeoutMs,
  onFailure,
  costNanos,
}: GuardrailWebhook): RowChange['new'] {
  const { origin } = new URL(url);
  return { origin, mode, stages: stages.join(', '), timeoutMs, onFailure, cost: formatNanos(costNanos) };
}
