import type { Plan as PlanMessage, Tier } from '@tenantry/contracts';
import { onUnique, sql, type RowChange, type Sql, type Transaction } from '@tenantry/database';
import { Fault, formatNanos } from '@tenantry/kernel';
import type { Plan } from './plan.js';

/** Whatever runs a statement: a transaction, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

const columns = sql`p.id, p.name, v.version, v.price_nanos as "priceNanos", v.currency, v.usage_caps as "usageCaps",
  v.feature_entitlements as "featureEntitlements", v.static_entitlements as "staticEntitlements", v.trial_days as "trialDays", v.unit_prices as "unitPrices",
  v.created_at as "createdAt"`;
const newest = sql`v.version = (select max(n.version) from billing.plan_version n where n.plan_id = p.id)`;

/** A plan in a version, or the newest. @throws Fault `not-found` */
export async function findPlan(rows: Rows, planId: string, version: number | null = null): Promise<Plan> {
  const which = version === null ? newest : sql`v.version = ${version}`;
  const [plan] = await rows.query<Plan>(
    sql`select ${columns} from billing.plan p join billing.plan_version v on v.plan_id = p.id where p.id = ${planId} and ${which}`,
  );
  if (!plan) throw new Fault('not-found');
  return plan;
}

/** The newest version of the plan with this name, ignoring case. */
export async function findPlanNamed(rows: Rows, name: string): Promise<Plan | undefined> {
  const [plan] = await rows.query<Plan>(
    sql`select ${columns} from billing.plan p join billing.plan_version v on v.plan_id = p.id where lower(p.name) = lower(${name}) and ${newest}`,
  );
  return plan;
}

/** What plans are called, by id. */
export async function planNames(rows: Rows, ids: readonly string[]): Promise<Map<string, string>> {
  const found = await rows.query<{ id: string; name: string }>(
    sql`select id, name from billing.plan where id = any (${ids}::uuid[])`,
  );
  return new Map(found.map(({ id, name }) => [id, name]));
}

/** Newest versions, the oldest plan first; `afterId` continues after the plan with that id. */
export async function listPlanRows(rows: Rows, afterId: string | null, limit: number): Promise<Plan[]> {
  return rows.query<Plan>(sql`select ${columns} from billing.plan p join billing.plan_version v on v.plan_id = p.id
    where ${newest} and (${afterId}::uuid is null or p.id > ${afterId}) order by p.id limit ${limit}`);
}

/** @throws Fault `conflict` when the name is taken */
export async function insertPlan(tx: Transaction, plan: Plan): Promise<void> {
  const taken = (): Fault => new Fault('conflict', { field: 'name', detail: 'A plan with this name exists' });
  await tx
    .execute(sql`insert into billing.plan (id, name, created_at) values (${plan.id}, ${plan.name}, ${plan.createdAt})`)
    .catch(onUnique('plan_name', taken));
  await insertPlanVersion(tx, plan);
}

/** @throws Fault `conflict` when somebody else made this version just now */
export async function insertPlanVersion(tx: Transaction, plan: Plan): Promise<void> {
  const late = (): Fault =>
    new Fault('conflict', { detail: 'The plan was changed just now; look at it and try again' });
  await tx
    .execute(
      sql`insert into billing.plan_version (plan_id, version, price_nanos, currency, usage_caps, feature_entitlements, static_entitlements,
        trial_days, unit_prices, created_at)
      values (${plan.id}, ${plan.version}, ${plan.priceNanos}, ${plan.currency}, ${plan.usageCaps}, ${plan.featureEntitlements},
        ${plan.staticEntitlements}, ${plan.trialDays}, ${plan.unitPrices}, ${plan.createdAt})`,
    )
    .catch(onUnique('plan_version_pkey', late));
}

export function priceText(priceNanos: bigint | null): string | null {
  return priceNanos === null ? null : formatNanos(priceNanos);
}

/** A new version as the audit log records it. */
export function planChanges(plan: Plan): RowChange[] {
  const { name, version, currency, trialDays } = plan;
  const terms = {
    price: priceText(plan.priceNanos),
    usageCaps: JSON.stringify(plan.usageCaps),
    featureEntitlements: plan.featureEntitlements.join(', '),
    staticEntitlements: JSON.stringify(plan.staticEntitlements),
    unitPrices: JSON.stringify(plan.unitPrices),
  };
  return [{ resource: 'plan', id: plan.id, action: 'insert', new: { name, version, currency, trialDays, ...terms } }];
}

export function toMessage({ priceNanos, featureEntitlements, ...plan }: Plan): PlanMessage {
  return { ...plan, price: priceText(priceNanos), featureEntitlements: [...featureEntitlements] };
}

export function toTier({ id, name, version, priceNanos, currency, usageCaps, featureEntitlements }: Plan): Tier {
  return {
    id,
    name,
    version,
    price: priceText(priceNanos),
    currency,
    usage_caps: usageCaps,
    feature_entitlements: [...featureEntitlements],
  };
}
