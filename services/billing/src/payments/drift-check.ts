import { Injectable } from '@nestjs/common';
import { Clock } from '@tenantry/kernel';
import { compare, isTakenOver, type Drift } from './payment-drift.js';
import { invoiceDrifts, saveDrifts } from './payment-drift.table.js';
import { PaymentAccounts } from './payment-accounts.js';
import type { Payment } from './payment.js';
import { accountsWithPayments, findByProviderIds, succeededSince, type Taken } from './payment.table.js';
import { PaymentProvider, type ListedPayment } from './payment-provider.js';
import { Settlement } from './settlement.js';

const WINDOW_MS = 35 * 86_400_000;

/** What a comparison came to. */
export interface Checked {
  readonly payments: number;
  readonly open: number;
}

/**
 * Compares every payment of the last 35 days with the provider's, and every invoice with what was paid for it: tolerance 0. What the provider
 * knows better is taken over; the rest is a list for people.
 */
@Injectable()
export class DriftCheck {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
    private readonly settlement: Settlement,
    private readonly clock: Clock,
  ) {}

  /** @throws ProviderFault; what was found before stays as it is then */
  async run(): Promise<Checked> {
    const { isTest } = this.provider;
    const now = this.clock.now();
    const since = new Date(now.getTime() - WINDOW_MS);
    const found: Drift[] = [];
    let payments = 0;
    for (const accountId of [null, ...(await accountsWithPayments(this.accounts.rows, isTest, since))])
      payments += await this.checkAccount({ accountId, since, until: now, testMode: isTest }, found);
    const repaired = found.filter(isTakenOver);
    const open = [
      ...found.filter((drift) => !isTakenOver(drift)),
      ...(await invoiceDrifts(this.accounts.rows, isTest)),
    ];
    await this.accounts.transaction(null, (tx) => saveDrifts(tx, open, repaired, now));
    return { payments, open: open.length };
  }

  private async checkAccount(which: Taken, found: Drift[]): Promise<number> {
    const { accountId, since } = which;
    const seen = new Set<string>();
    for await (const batch of this.provider.listPayments(since, accountId)) {
      found.push(...(await this.checkBatch(batch, accountId)));
      for (const { id } of batch) seen.add(id);
    }
    const ours = await succeededSince(this.accounts.rows, which);
    for (const payment of ours) if (!seen.has(payment.providerId!)) found.push(unknownThere(payment));
    return seen.size;
  }

  private async checkBatch(batch: readonly ListedPayment[], accountId: string | null): Promise<Drift[]> {
    const known = await findByProviderIds(
      this.accounts.rows,
      batch.map(({ id }) => id),
      accountId,
    );
    const ours = new Map(known.map((payment) => [payment.providerId, payment]));
    const drifts = batch.flatMap((theirs) => compare(ours.get(theirs.id), theirs));
    for (const { providerId } of drifts.filter(isTakenOver)) {
      const latest = await this.provider.getPayment(providerId!, accountId);
      await this.settlement.settle(null, ours.get(providerId)!, latest);
    }
    return drifts;
  }
}

function unknownThere({ tenantId, id: paymentId, providerId, status }: Payment): Drift {
  return { kind: 'unknown_there', tenantId, paymentId, invoiceId: null, providerId, ours: status, theirs: null };
}
