import type { Subscription as SubscriptionMessage } from '@tenantry/contracts';
import { sql, type RowChange, type Transaction } from '@tenantry/database';
import type { EntitlementOverride } from '../entitlements/entitlement-override.js';
import { overridesOf } from '../entitlements/entitlement-override.table.js';
import type { Plan } from '../plans/plan.js';
import { toMessage as planMessage, type Rows } from '../plans/plan.table.js';
import { directoryEntry, statusOf, type PastTerms, type Subscription } from './subscription.js';

/** A plan as it lies in `terms`: JSON has no bigint and no time. */
type Terms = Omit<Plan, 'priceNanos' | 'createdAt' | 'unitPrices'> & {
  readonly priceNanos: string | null;
  /** Absent from what was sold before meters had prices. */
  readonly unitPrices?: Plan['unitPrices'];
  readonly createdAt: string;
};
type SubscriptionRow = Omit<Subscription, 'plan'> & { readonly terms: Terms };

const columns = sql`tenant_id as "tenantId", terms, trial_ends_at as "trialEndsAt", started_at as "startedAt",
  coalesce(terms_since, started_at) as "termsSince", ends_at as "endsAt", restricted_since as "restrictedSince",
  changed_at as "changedAt", version`;

function fromTerms(terms: Terms): Plan {
  const priceNanos = terms.priceNanos === null ? null : BigInt(terms.priceNanos);
  return { ...terms, unitPrices: terms.unitPrices ?? {}, priceNanos, createdAt: new Date(terms.createdAt) };
}

function fromRow({ terms, ...row }: SubscriptionRow): Subscription {
  return { ...row, plan: fromTerms(terms) };
}

function toTerms({ priceNanos, createdAt, ...plan }: Plan): Terms {
  return { ...plan, priceNanos: priceNanos?.toString() ?? null, createdAt: createdAt.toISOString() };
}

/** Undefined when the tenant has no plan yet, or is not visible here. */
export async function findSubscription(rows: Rows, tenantId: string): Promise<Subscription | undefined> {
  const [row] = await rows.query<SubscriptionRow>(
    sql`select ${columns} from billing.subscription where tenant_id = ${tenantId}`,
  );
  return row && fromRow(row);
}

/** Nobody else changes what the tenant may use until the commit. Undefined when it has no plan yet. */
export async function lockSubscription(tx: Transaction, tenantId: string): Promise<Subscription | undefined> {
  const row = await tx.one<SubscriptionRow>(
    sql`select ${columns} from billing.subscription where tenant_id = ${tenantId} for update`,
  );
  return row && fromRow(row);
}

/** Every subscription, for refilling the directory; `afterId` continues after that tenant. */
export async function subscriptionsAfter(rows: Rows, afterId: string | null, limit: number): Promise<Subscription[]> {
  const found = await rows.query<SubscriptionRow>(sql`select ${columns} from billing.subscription
    where ${afterId}::uuid is null or tenant_id > ${afterId} order by tenant_id limit ${limit}`);
  return found.map(fromRow);
}

/** Gives a tenant its first plan; answers false when it has one. */
export async function insertSubscription(tx: Transaction, subscription: Subscription): Promise<boolean> {
  const { tenantId, plan, trialEndsAt, startedAt, changedAt, version } = subscription;
  const insert = sql`
    insert into billing.subscription (tenant_id, plan_id, plan_version, terms, trial_ends_at, started_at, changed_at, version)
    values (${tenantId}, ${plan.id}, ${plan.version}, ${toTerms(plan)}, ${trialEndsAt}, ${startedAt}, ${changedAt}, ${version})
    on conflict (tenant_id) do nothing returning tenant_id`;
  const [inserted, overrides] = await tx.queryAll([insert, overridesOf([tenantId])]);
  if (inserted!.length === 1) projectEntitlements(tx, subscription, overrides as EntitlementOverride[]);
  return inserted!.length === 1;
}

/** Saves what has changed. The caller holds the row's lock. */
export async function saveSubscription(tx: Transaction, subscription: Subscription): Promise<void> {
  const { tenantId, plan, termsSince, endsAt, restrictedSince, changedAt, version } = subscription;
  const update = sql`
    update billing.subscription
    set plan_id = ${plan.id}, plan_version = ${plan.version}, terms = ${toTerms(plan)}, terms_since = ${termsSince}, ends_at = ${endsAt},
      restricted_since = ${restrictedSince}, changed_at = ${changedAt}, version = ${version}
    where tenant_id = ${tenantId}`;
  const [, overrides] = await tx.queryAll([update, overridesOf([tenantId])]);
  projectEntitlements(tx, subscription, overrides as EntitlementOverride[]);
}

/** Keeps what was in force until now: invoices of that time go by it. */
export async function insertPastTerms(tx: Transaction, tenantId: string, terms: PastTerms): Promise<void> {
  await tx.execute(sql`insert into billing.past_terms (tenant_id, starts_at, ends_at, terms)
    values (${tenantId}, ${terms.startsAt}, ${terms.endsAt}, ${toTerms(terms.plan)})`);
}

/** What a tenant had on a day or later, and has no more; the first first. */
export async function pastTermsSince(
  rows: Rows,
  { tenantId, from, timeZone }: { readonly tenantId: string; readonly from: string; readonly timeZone: string },
): Promise<PastTerms[]> {
  const found = await rows.query<Omit<PastTerms, 'plan'> & { readonly terms: Terms }>(sql`
    select starts_at as "startsAt", ends_at as "endsAt", terms from billing.past_terms
    where tenant_id = ${tenantId} and ends_at > ${from}::timestamp at time zone ${timeZone} order by starts_at`);
  return found.map(({ terms, ...times }) => ({ ...times, plan: fromTerms(terms) }));
}

/** When the calendar month of a moment ends in a time zone. */
export async function monthEnd(rows: Rows, now: Date, timeZone: string): Promise<Date> {
  const [row] = await rows.query<{ endsAt: Date }>(sql`
    select date_add(date_trunc('month', ${now}::timestamptz, ${timeZone}), '1 month', ${timeZone}) as "endsAt"`);
  return row!.endsAt;
}

/** What every service goes by within a second. */
function projectEntitlements(
  tx: Transaction,
  subscription: Subscription,
  overrides: readonly EntitlementOverride[],
): void {
  tx.project('entitlements', subscription.tenantId, directoryEntry(subscription, overrides), subscription.version);
}

/** A change of plan as the audit log records it. */
export function subscriptionChanges(before: Subscription | null, after: Subscription): RowChange[] {
  const values = ({ plan, endsAt }: Subscription) => ({
    ...{ planId: plan.id, plan: plan.name, planVersion: plan.version },
    endsAt: endsAt?.toISOString() ?? null,
  });
  const change = { resource: 'subscription', id: after.tenantId, new: values(after) };
  return [before ? { ...change, action: 'update', old: values(before) } : { ...change, action: 'insert' }];
}

export function toMessage(subscription: Subscription, now: Date): SubscriptionMessage {
  const { tenantId, plan, trialEndsAt, endsAt, restrictedSince, startedAt, changedAt } = subscription;
  const status = statusOf(subscription, now);
  return { tenantId, plan: planMessage(plan), status, trialEndsAt, endsAt, restrictedSince, startedAt, changedAt };
}
