import { newId } from '@tenantry/kernel';
import { taxOn, type Drafted } from '../invoices/invoice-draft.js';
import type { Invoice, InvoiceLine, Party } from '../invoices/invoice.js';
import { totalOf } from '../invoices/rating.js';
import { percentOf, type TaxTerms } from '../profiles/billing-profile.js';

/** Who pays for the tenants of an organization. */
export interface OrganizationBilling {
  readonly organizationId: string;
  /** Null while each pays for itself. */
  readonly payingTenantId: string | null;
  readonly changedAt: Date | null;
}

/** A tenant that pays for an organization. */
export interface Payer {
  readonly organizationId: string;
  readonly payingTenantId: string;
}

/** What one tenant is charged, with its lines. */
export interface Part {
  readonly invoice: Invoice;
  readonly lines: readonly InvoiceLine[];
  readonly tenantName: string;
}

/** What the whole says besides its parts. */
export interface WholeFacts extends Payer {
  readonly payingTenantName: string;
  readonly timeZone: string;
  readonly tax: TaxTerms;
  readonly parties: { readonly seller: Party; readonly customer: Party };
  readonly isTest: boolean;
  readonly now: Date;
}

/** Lines keep their ids, so that whoever may see a tenant's part finds the usage behind a line of the whole. */
function linesOf({ invoice, lines, tenantName }: Part): InvoiceLine[] {
  return lines.map((line) => ({ ...line, forTenantId: invoice.tenantId, forTenantName: tenantName }));
}

/** The tax on everything, once, owed by the tenant that pays. None when the rate is zero. */
function taxLine({ invoice: first }: Part, netNanos: bigint, facts: WholeFacts): InvoiceLine[] {
  const { tax, now } = facts;
  if (tax.ratePpm === 0) return [];
  const { planId, planVersion, from, to } = first;
  const nothing = { meterId: null, meterKey: null, ofDays: null, countedIn: null } as const;
  const amountNanos = taxOn(netNanos, tax, first.currency);
  const charge = { quantity: percentOf(tax.ratePpm), unitPriceNanos: netNanos, amountNanos };
  const whose = { forTenantId: facts.payingTenantId, forTenantName: facts.payingTenantName };
  return [{ id: newId(now), kind: 'tax', planId, planVersion, from, to, ...nothing, ...charge, ...whose }];
}

/** The invoice of an organization: the parts of its tenants, of one currency. @throws Fault `conflict` when it is more than can be kept */
export function wholeOf(parts: readonly [Part, ...Part[]], facts: WholeFacts): Drafted {
  const [first] = parts;
  const charges = parts.flatMap(linesOf);
  const netNanos = totalOf(charges);
  const lines = [...charges, ...taxLine(first, netNanos, facts)];
  const totalNanos = totalOf(lines);
  const each = (name: 'from' | 'to' | 'billedFrom'): string[] => parts.map(({ invoice }) => invoice[name]).toSorted();
  const { tax, parties, isTest, now, organizationId, payingTenantId: tenantId, timeZone } = facts;
  const { currency, planId, planVersion } = first.invoice;
  const invoice: Invoice = {
    ...{ id: newId(now), tenantId, number: null, status: 'draft', organizationId, partOf: null, gatheredIn: null },
    ...{ from: each('from')[0]!, to: each('to').at(-1)!, billedFrom: each('billedFrom')[0]!, timeZone },
    ...{ currency, planId, planVersion, totalNanos, taxNanos: totalNanos - netNanos, creditedNanos: 0n },
    ...{ taxName: tax.name, taxRatePpm: tax.ratePpm, isReverseCharge: tax.isReverseCharge, parties },
    ...{ dueDays: tax.dueDays, dueOn: null, createdAt: now, openedAt: null, closedAt: null },
    ...{ collectAt: null, collections: 0, testMode: isTest || parts.some((part) => part.invoice.testMode) },
  };
  return { invoice, lines };
}
