import { Controller } from '@nestjs/common';
import {
  getPayment,
  listPayments,
  type GetPaymentRequest,
  type ListPaymentsRequest,
  type ListPaymentsResponse,
  type Payment,
} from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import type { Rows } from '../plans/plan.table.js';
import { findPayment, listPaymentRows, toMessage } from './payment.table.js';

const LIST = 'payments';

/** Shows a tenant its payments, through its own door. */
@Controller()
export class ListPayments {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(getPayment)
  async handleOne({ paymentId }: GetPaymentRequest, ctx: TenantContext): Promise<Payment> {
    return toMessage(await findPayment(this.rows(ctx), ctx.tenantId, paymentId));
  }

  @Handles(listPayments)
  async handle({ limit: asked, cursor }: ListPaymentsRequest, ctx: TenantContext): Promise<ListPaymentsResponse> {
    const limit = asked ?? 50;
    const beforeId = cursor ? (this.cursors.open(ctx, LIST, cursor) as string) : null;
    const found = await listPaymentRows(this.rows(ctx), ctx.tenantId, beforeId, limit + 1);
    const data = found.slice(0, limit).map((payment) => toMessage(payment));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, LIST, data.at(-1)?.id) : null };
  }

  private rows(ctx: TenantContext): Rows {
    return { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
  }
}
