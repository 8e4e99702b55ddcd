import { Controller } from '@nestjs/common';
import { Clock, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { Directories, Every } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import { InvoiceBook } from './invoice-book.js';
import { tenantsToInvoice } from './invoice-month.table.js';
import { MonthInvoices, type Tenant } from './month-invoices.js';
import { dateIn, firstOfMonth } from './period.js';

const BATCH = 500;
const DAY_MS = 86_400_000;

/** Bills every tenant for the months that are over. One that can't be billed is tried again and keeps none of the others. */
@Controller()
export class EveryHourInvoiceMonths {
  constructor(
    private readonly book: InvoiceBook,
    private readonly months: MonthInvoices,
    private readonly directories: Directories,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  @Every({ name: 'billing.invoice-months', intervalMs: 3_600_000 })
  async handle(signal: AbortSignal): Promise<void> {
    if (!this.months.isOn) return;
    const latest = new Date(this.clock.now().getTime() + DAY_MS); // somewhere it is tomorrow already
    const month = firstOfMonth(dateIn('UTC', latest));
    for (let afterId: string | null = null; ;) {
      const batch: string[] = await tenantsToInvoice(this.book.rows, month, afterId, BATCH);
      for (const tenant of batch.flatMap((id) => this.billable(id))) await this.bill(tenant, signal);
      if (batch.length < BATCH || signal.aborted) return;
      afterId = batch.at(-1)!;
    }
  }

  /** A sandbox pays nothing, a tenant that was given up is billed by staff, and the platform is nobody's customer. */
  private billable(tenantId: string): Tenant[] {
    const tenant = this.directories.tenants.get(tenantId);
    if (!tenant || tenant.sandboxOf !== null || tenantId === PLATFORM_TENANT_ID) return [];
    if (tenant.status === 'deactivated') return [];
    return [{ tenantId, timeZone: tenant.timeZone }];
  }

  private async bill(tenant: Tenant, signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted && (await this.months.next(tenant)));
    } catch (err) {
      this.log.error({ err, tenantId: tenant.tenantId }, 'A tenant could not be billed for its month; trying again');
    }
  }
}
