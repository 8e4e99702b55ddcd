import { Controller } from '@nestjs/common';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { dateIn, daysAfter, firstOfMonth } from '../invoices/period.js';
import { Gathering } from './gathering.js';
import type { Payer } from './organization-billing.js';
import { isAnyBehind, organizationsToGather } from './organization-billing.table.js';
import { Organizations } from './organizations.js';

const BATCH = 100;
/** How long one tenant that can't be billed keeps the others of its organization. */
const PATIENCE_DAYS = 4;

/** Gathers what the tenants of organizations are charged, when the month is over for all of them. */
@Controller()
export class EveryHourGatherOrganizations {
  constructor(
    private readonly book: InvoiceBook,
    private readonly gathering: Gathering,
    private readonly organizations: Organizations,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  @Every({ name: 'billing.gather-organizations', intervalMs: 3_600_000 })
  async handle(signal: AbortSignal): Promise<void> {
    for (let afterId: string | null = null; ;) {
      const batch: Payer[] = await organizationsToGather(this.book.rows, afterId, BATCH);
      for (const payer of batch) {
        if (signal.aborted) return;
        await this.gather(payer).catch((err: unknown) => {
          this.log.error({ err, ...payer }, 'The invoice of an organization could not be drawn up; trying again');
        });
      }
      if (batch.length < BATCH) return;
      afterId = batch.at(-1)!.organizationId;
    }
  }

  private async gather({ organizationId, payingTenantId }: Payer): Promise<void> {
    const today = dateIn(this.organizations.timeZoneOf(payingTenantId), this.clock.now());
    const month = firstOfMonth(today);
    const tenantIds = this.organizations.tenantsOf(organizationId);
    const isPatient = today < daysAfter(month, PATIENCE_DAYS);
    if (isPatient && (await isAnyBehind(this.book.rows, tenantIds, month))) return;
    await this.gathering.gather(organizationId);
  }
}
