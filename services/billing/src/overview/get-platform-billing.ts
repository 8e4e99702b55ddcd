import { Controller } from '@nestjs/common';
import { getPlatformBilling, type GetPlatformBillingRequest, type PlatformBilling } from '@tenantry/contracts';
import { Clock, Fault, formatNanos } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { stepName } from '../dunning/dunning.js';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { debtors, findTotals, topSpenders, type Since } from './owed.table.js';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 90;
const MAX_DAYS = 366;
const DEFAULT_LIMIT = 20;

/** Tells staff what was invoiced and what is owed, over all tenants. */
@Controller()
export class GetPlatformBilling {
  constructor(
    private readonly book: InvoiceBook,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(getPlatformBilling)
  async handle(request: GetPlatformBillingRequest): Promise<PlatformBilling> {
    const { currency, from } = this.since(request);
    const since: Since = { currency, from, today: this.clock.now().toISOString().slice(0, 10) };
    const { rows } = this.book;
    const limit = request.limit ?? DEFAULT_LIMIT;
    const [totals, spenders, owing] = await Promise.all([
      findTotals(rows, since),
      topSpenders(rows, since, limit),
      debtors(rows, since, limit),
    ]);
    return {
      ...{ currency, from },
      invoiced: formatNanos(totals.invoicedNanos),
      paid: formatNanos(totals.paidNanos),
      due: formatNanos(totals.dueNanos),
      pastDue: formatNanos(totals.pastDueNanos),
      topSpenders: spenders.map(({ amountNanos, ...one }) => ({
        ...{ ...one, name: this.nameOf(one.tenantId) },
        amount: formatNanos(amountNanos),
      })),
      debtors: owing.map(({ pastDueNanos, step, ...one }) => ({
        ...{ ...one, name: this.nameOf(one.tenantId), dunningStep: stepName({ step }) },
        pastDue: formatNanos(pastDueNanos),
      })),
    };
  }

  /** @throws Fault `invalid-input` */
  private since({ currency, from }: GetPlatformBillingRequest): { currency: string; from: Date } {
    const nowMs = this.clock.now().getTime();
    if (from && nowMs - from.getTime() > MAX_DAYS * DAY_MS)
      throw new Fault('invalid-input', { field: 'from', detail: `from is at most ${MAX_DAYS} days ago` });
    return { currency: currency ?? 'USD', from: from ?? new Date(nowMs - DEFAULT_DAYS * DAY_MS) };
  }

  private nameOf(tenantId: string): string | null {
    return this.directories.tenants.get(tenantId)?.name ?? null;
  }
}
