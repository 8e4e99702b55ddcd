import { Controller } from '@nestjs/common';
import { getBillingOverview, type BillingOverview, type GetBillingOverviewRequest } from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import { Clock, Fault, formatNanos, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import * as budgets from '../budgets/budget.table.js';
import { stepName } from '../dunning/dunning.js';
import { findDunning } from '../dunning/dunning.table.js';
import { taxOn } from '../invoices/invoice-draft.js';
import { countedIn } from '../invoices/metered.js';
import { MonthInvoices } from '../invoices/month-invoices.js';
import { dateIn } from '../invoices/period.js';
import { totalOf } from '../invoices/rating.js';
import { stretchesOf } from '../invoices/stretch.js';
import { priceText, type Rows } from '../plans/plan.table.js';
import { findProfile } from '../profiles/billing-profile.table.js';
import { statusOf, type Subscription } from '../subscriptions/subscription.js';
import { findSubscription, pastTermsSince } from '../subscriptions/subscription.table.js';
import { UsageLedger } from '../usage/usage-ledger.js';
import { chargesOfMonth, monthCharges, monthOf, type Charges, type Month } from './month.js';
import { findOwed } from './owed.table.js';

const MAX_BUDGETS = 50;

/** Tells a tenant where it stands: what this month comes to, by the same rules as its invoice, and what it owes. */
@Controller()
export class GetBillingOverview {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly ledger: UsageLedger,
    private readonly months: MonthInvoices,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(getBillingOverview)
  async handle(_request: GetBillingOverviewRequest, ctx: TenantContext): Promise<BillingOverview> {
    const { tenantId } = ctx;
    const rows: Rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const [now, timeZone] = [this.clock.now(), this.ledger.timeZoneOf(tenantId)];
    const subscription = await findSubscription(rows, tenantId);
    if (!subscription) throw new Fault('not-found');
    const month = monthOf(timeZone, now);
    const [charges, owed, dunning, { tax }, known] = await Promise.all([
      chargesIn(rows, month, subscription, { timeZone, now }),
      findOwed(rows, tenantId, subscription.plan.currency, dateIn(timeZone, now)),
      findDunning(rows, tenantId),
      findProfile(rows, tenantId),
      budgets.listRootBudgets(rows, timeZone, MAX_BUDGETS),
    ]);
    const [soFarNanos, forecastNanos] = [totalOf(charges.soFar), totalOf(charges.forecast)];
    return {
      ...planOf(subscription, now),
      ...month.whole,
      monthToDate: formatNanos(soFarNanos),
      forecast: formatNanos(forecastNanos),
      forecastWithTax: formatNanos(forecastNanos + taxOn(forecastNanos, tax, subscription.plan.currency)),
      charges: monthCharges(charges),
      budgets: known.map(budgets.toMessage),
      billedUntil: owed.billedUntil,
      due: formatNanos(owed.dueNanos),
      pastDue: formatNanos(owed.pastDueNanos),
      dunningStep: stepName(dunning),
      nextInvoiceOn: forecastNanos > 0n && !this.isSandbox(tenantId) ? this.months.billedOn(month.whole) : null,
    };
  }

  /** A sandbox pays nothing. */
  private isSandbox(tenantId: string): boolean {
    return this.directories.tenants.get(tenantId)?.sandboxOf != null;
  }
}

function planOf(subscription: Subscription, now: Date) {
  const { plan, endsAt } = subscription;
  const { name: planName, version: planVersion, currency } = plan;
  const status = statusOf(subscription, now);
  return { planName, planVersion, price: priceText(plan.priceNanos), status, endsAt, currency };
}

/** Days of the month in another currency than today's are not counted: they are on an invoice of their own. */
async function chargesIn(
  rows: Rows,
  month: Month,
  subscription: Subscription,
  { timeZone, now }: { readonly timeZone: string; readonly now: Date },
): Promise<Charges> {
  const { tenantId } = subscription;
  const past = await pastTermsSince(rows, { tenantId, from: month.whole.from, timeZone });
  const isComparable = (terms: { readonly plan: { readonly currency: string } }): boolean =>
    terms.plan.currency === subscription.plan.currency;
  const [soFar, whole] = [month.soFar, month.whole].map((period) =>
    stretchesOf(subscription, past, { period, timeZone }).filter(isComparable),
  ) as [ReturnType<typeof stretchesOf>, ReturnType<typeof stretchesOf>];
  const counted = await countedIn(rows, { tenantId, timeZone }, soFar);
  return chargesOfMonth(month, { soFar, whole }, counted, now);
}
