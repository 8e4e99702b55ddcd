import { Controller } from '@nestjs/common';
import {
  correctInvoicePrices,
  getInvoiceRerating,
  type CorrectInvoicePricesRequest,
  type GetInvoiceReratingRequest,
  type Invoice as InvoiceMessage,
  type InvoiceRerating,
} from '@tenantry/contracts';
import { Fault, formatNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Catalog } from '../plans/catalog.js';
import type { Plan } from '../plans/plan.js';
import { findPlan } from '../plans/plan.table.js';
import { CreditNotes } from './credit-notes.js';
import { InvoiceBook } from './invoice-book.js';
import { findCreditNotes, findInvoice, findLines } from './invoice.table.js';
import { rerate, rerateCredit, type RatedLine } from './rerating.js';

/** Works an invoice out at the prices of another version of its plan, and credits what it was too high by. */
@Controller()
export class RerateInvoice {
  constructor(
    private readonly book: InvoiceBook,
    private readonly catalog: Catalog,
    private readonly notes: CreditNotes,
  ) {}

  @Handles(getInvoiceRerating)
  async handle({ tenantId, invoiceId, planId, version }: GetInvoiceReratingRequest): Promise<InvoiceRerating> {
    const { rows } = this.book;
    const invoice = await findInvoice(rows, tenantId, invoiceId);
    const plan = await this.plan(planId, version);
    const { lines, totalNanos, lessNanos } = rerate(invoice, await findLines(rows, invoice), plan);
    return {
      ...{ invoiceId, planId, version, currency: invoice.currency },
      lines: lines.map(lineMessage),
      total: formatNanos(invoice.totalNanos),
      correctedTotal: formatNanos(totalNanos),
      difference: formatNanos(-lessNanos),
    };
  }

  @Handles(correctInvoicePrices)
  async handleCorrection(request: CorrectInvoicePricesRequest, ctx: TenantContext): Promise<InvoiceMessage> {
    const { planId, version, reason, ...name } = request;
    const plan = await this.plan(planId, version);
    return this.book.change(ctx, name, async (invoice, tx) => {
      const rerating = rerate(invoice, await findLines(tx, invoice), plan);
      const amountNanos = rerateCredit(rerating, await findCreditNotes(tx, invoice), version);
      return this.notes.issue(tx, invoice, { amountNanos, reason, reratedTo: version });
    });
  }

  /** The invoice is in the address and the plan is not, so an unknown one is a mistake in the input. */
  private async plan(planId: string, version: number): Promise<Plan> {
    return findPlan(this.catalog.rows, planId, version).catch((error: unknown) => {
      if (!(error instanceof Fault && error.reason === 'not-found')) throw error;
      throw new Fault('invalid-input', { field: 'version', detail: 'There is no such plan, or no such version of it' });
    });
  }
}

function lineMessage({ line, unitPriceNanos, amountNanos }: RatedLine): InvoiceRerating['lines'][number] {
  const { id: lineId, kind, meterKey, quantity } = line;
  return {
    ...{ lineId, kind, meterKey, quantity },
    unitPrice: formatNanos(line.unitPriceNanos),
    amount: formatNanos(line.amountNanos),
    correctedUnitPrice: formatNanos(unitPriceNanos),
    correctedAmount: formatNanos(amountNanos),
  };
}
