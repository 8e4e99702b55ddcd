import { Injectable } from '@nestjs/common';
import { InvoiceDrafted } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Organizations } from '../organizations/organizations.js';
import { FirstPlan } from '../subscriptions/first-plan.js';
import { pastTermsSince } from '../subscriptions/subscription.table.js';
import { assertRatable, draftInvoice, type Drafted } from './invoice-draft.js';
import { InvoiceTerms } from './invoice-terms.js';
import { insertInvoice, invoiceChanges } from './invoice.table.js';
import { countedIn } from './metered.js';
import type { Period } from './period.js';
import { stretchesOf, type Stretch } from './stretch.js';

/** Whose days, and how they begin. */
export interface TenantPeriod {
  readonly tenantId: string;
  readonly timeZone: string;
  readonly period: Period;
}

/** Draws up invoices. Its callers hold the lock of the tenant's invoice book, and know that no day is on another invoice. */
@Injectable()
export class InvoiceDrafts {
  constructor(
    private readonly firstPlan: FirstPlan,
    private readonly terms: InvoiceTerms,
    private readonly organizations: Organizations,
    private readonly clock: Clock,
  ) {}

  /** Which days of a period are charged by which terms. */
  async stretchesOf(tx: Transaction, { tenantId, timeZone, period }: TenantPeriod): Promise<Stretch[]> {
    const subscription = await this.firstPlan.lockOrGive(tx, tenantId);
    const past = await pastTermsSince(tx, { tenantId, from: period.from, timeZone });
    return stretchesOf(subscription, past, { period, timeZone });
  }

  /** What the invoice of a period says; nothing is kept yet. @throws Fault `conflict` when it can't be one invoice */
  async draw(tx: Transaction, { tenantId, timeZone, period }: TenantPeriod): Promise<Drafted> {
    const subscription = await this.firstPlan.lockOrGive(tx, tenantId);
    const stretches = await this.stretchesOf(tx, { tenantId, timeZone, period });
    const facts = { subscription, stretches, period, timeZone, ...(await this.factsOf(tx, tenantId)) };
    assertRatable(facts);
    return draftInvoice(facts, await countedIn(tx, { tenantId, timeZone }, stretches));
  }

  /** What is for another tenant to pay is taxed on that tenant's invoice, once. */
  private async factsOf(tx: Transaction, tenantId: string) {
    const payer = await this.organizations.payerOf(tx, tenantId);
    const { tax, parties, isTest } = await this.terms.of(tx, payer?.payingTenantId ?? tenantId);
    const partOf = payer?.organizationId ?? null;
    return { tax: payer ? { ...tax, ratePpm: 0 } : tax, parties, isTest, partOf, now: this.clock.now() };
  }

  /** Keeps a draft, and says so in the tenant's own trail. */
  async keep(tx: Transaction, { invoice, lines }: Drafted): Promise<void> {
    await insertInvoice(tx, invoice, lines);
    const { id: invoiceId, tenantId } = invoice;
    tx.publish(new InvoiceDrafted({ invoiceId }), { tenantId, changes: invoiceChanges(null, invoice) });
  }
}
