import { Injectable } from '@nestjs/common';
import { Clock } from '@tenantry/kernel';
import { compare, isTakenOver, type Drift } from './payment-drift.js';
import { closeDrifts, invoiceDrifts, keepDrifts, type InvoicePosition } from './payment-drift.table.js';
import { PaymentAccounts } from './payment-accounts.js';
import type { Payment } from './payment.js';
import { accountsWithPayments, noteListed, succeededUnlisted, type Taken } from './payment.table.js';
import { PaymentProvider, ProviderFault, type ListedPayment } from './payment-provider.js';
import { Settlement } from './settlement.js';
import { tenantOf } from './stripe-event.table.js';

const WINDOW_MS = 35 * 86_400_000;
const BATCH = 500;

/** What a comparison came to. */
export interface Checked {
  readonly payments: number;
  readonly open: number;
}

/**
 * Compares every payment of the last 35 days with the provider's, and every invoice with what was paid for it: tolerance 0. What the provider
 * knows better is taken over; the rest is a list for people. It goes a batch at a time: what it saw lies in the tables, not in memory.
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
    const { rows } = this.accounts;
    const began = this.clock.now();
    const since = new Date(began.getTime() - WINDOW_MS);
    let payments = 0;
    for (const accountId of [null, ...(await accountsWithPayments(rows, isTest, since))])
      payments += await this.checkAccount({ accountId, since, until: began, testMode: isTest });
    await this.checkInvoices(began);
    const open = await this.accounts.transaction(null, (tx) => closeDrifts(tx, began));
    return { payments, open };
  }

  /** An account that its owner has disconnected is a difference of its own. */
  private async checkAccount(which: Taken): Promise<number> {
    try {
      return await this.compareAccount(which);
    } catch (error) {
      const isGone = error instanceof ProviderFault && (error.outcome === 'refused' || error.outcome === 'missing');
      if (which.accountId === null || !isGone) throw error;
      await keepDrifts(this.accounts.rows, [await this.unreachable(which.accountId)], which.until);
      return 0;
    }
  }

  private async unreachable(accountId: string): Promise<Drift> {
    const tenantId = (await tenantOf(this.accounts.rows, [accountId])) ?? null;
    const about = { tenantId, paymentId: null, invoiceId: null, providerId: accountId };
    return { ...about, kind: 'account_unreachable', ours: 'connected', theirs: null };
  }

  private async compareAccount(which: Taken): Promise<number> {
    const { accountId, since, until } = which;
    const { rows } = this.accounts;
    let seen = 0;
    for await (const batch of this.provider.listPayments(since, accountId)) {
      await keepDrifts(rows, await this.checkBatch(batch, which), until);
      seen += batch.length;
    }
    for (let batch: Payment[] = [], more = true; more; more = batch.length === BATCH) {
      batch = await succeededUnlisted(rows, which, batch.at(-1)?.id ?? null, BATCH);
      await keepDrifts(rows, batch.map(unknownThere), until);
    }
    return seen;
  }

  private async checkBatch(batch: readonly ListedPayment[], { accountId, until }: Taken): Promise<Drift[]> {
    const ids = batch.map(({ id }) => id);
    const known = await noteListed(this.accounts.rows, ids, accountId, until);
    const ours = new Map(known.map((payment) => [payment.providerId, payment]));
    const drifts = batch.flatMap((theirs) => compare(ours.get(theirs.id), theirs));
    for (const { providerId } of drifts.filter(isTakenOver)) {
      const latest = await this.provider.getPayment(providerId!, accountId);
      await this.settlement.settle(null, ours.get(providerId)!, latest);
    }
    return drifts;
  }

  private async checkInvoices(began: Date): Promise<void> {
    const { rows } = this.accounts;
    for (let batch: (Drift & InvoicePosition)[] = [], more = true; more; more = batch.length === BATCH) {
      batch = await invoiceDrifts(rows, this.provider.isTest, batch.at(-1) ?? null, BATCH);
      await keepDrifts(rows, batch, began);
    }
  }
}

function unknownThere({ tenantId, id: paymentId, providerId, status }: Payment): Drift {
  return { kind: 'unknown_there', tenantId, paymentId, invoiceId: null, providerId, ours: status, theirs: null };
}
