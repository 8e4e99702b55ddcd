import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Logger } from '@tenantry/service';
import { Spending } from '../completions/spending.js';
import type { ToolCharge } from './tool-charge.js';
import { insertCharge, saveChargeSettled } from './tool-charge.table.js';

/** The life of a charge: written down and held before endpoints are asked, ended in the commit that ends its call, then settled. */
@Injectable()
export class ToolCharges {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly spending: Spending,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** Written down first: what is written is counted, whatever becomes of this process. When it fails nobody may be asked. */
  async write(ctx: TenantContext, charge: ToolCharge): Promise<void> {
    await insertCharge({ query: (statement) => this.tenants.write(ctx, statement) }, ctx.tenantId, charge);
  }

  /** @throws Fault `budget-refused` */
  async hold(ctx: TenantContext, charge: ToolCharge): Promise<void> {
    const limits = { mostNanos: charge.mostNanos, leastNanos: charge.mostNanos };
    await this.spending.hold(ctx, { ...charge, conversationId: null, model: null }, limits);
  }

  /** What billing does not take now, a schedule tells it again: until then the whole hold counts. */
  async settle(ctx: TenantContext, { id }: ToolCharge, costNanos: bigint): Promise<void> {
    try {
      await this.spending.settle(ctx, id, costNanos);
      const own: TenantContext = { ...ctx, purpose: 'reaction', idempotency: null, signal: null };
      await saveChargeSettled({ query: (statement) => this.tenants.write(own, statement) }, id, this.clock.now());
    } catch (err) {
      const about = { err, tenantId: ctx.tenantId, toolCallId: id };
      this.log.warn(about, 'What endpoints cost could not be counted; it is tried again');
    }
  }
}
