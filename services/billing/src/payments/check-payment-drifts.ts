import { Controller } from '@nestjs/common';
import {
  checkPaymentDrifts,
  listPaymentDrifts,
  type CheckPaymentDriftsRequest,
  type CheckPaymentDriftsResponse,
  type ListPaymentDriftsRequest,
  type ListPaymentDriftsResponse,
} from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { DriftCheck } from './drift-check.js';
import { listDriftRows, toMessage } from './payment-drift.table.js';
import { PaymentAccounts } from './payment-accounts.js';
import { PaymentProvider } from './payment-provider.js';

/** Shows staff where payments and the ledger differ, and looks again. */
@Controller()
export class CheckPaymentDrifts {
  constructor(
    private readonly check: DriftCheck,
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
    private readonly cursors: Cursors,
  ) {}

  @Handles(checkPaymentDrifts)
  async handle(_request: CheckPaymentDriftsRequest): Promise<CheckPaymentDriftsResponse> {
    if (!this.provider.isThere) throw new Fault('payments-off');
    return this.check.run();
  }

  @Handles(listPaymentDrifts)
  async handleList(
    { open, limit: asked, cursor }: ListPaymentDriftsRequest,
    ctx: TenantContext,
  ): Promise<ListPaymentDriftsResponse> {
    const limit = asked ?? 50;
    const isOpen = open ?? null;
    const list = `payment-drifts ${isOpen}`;
    const beforeId = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const found = await listDriftRows(this.accounts.rows, { isOpen, beforeId }, limit + 1);
    const data = found.slice(0, limit).map(toMessage);
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
