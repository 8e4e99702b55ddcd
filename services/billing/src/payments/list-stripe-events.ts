import { Controller } from '@nestjs/common';
import {
  getStripeEvent,
  listStripeEvents,
  type GetStripeEventRequest,
  type ListStripeEventsRequest,
  type ListStripeEventsResponse,
  type StripeEvent,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { PaymentAccounts } from './payment-accounts.js';
import type { EventStatus } from './stripe-event.js';
import { findBody, findEvent, listEventRows, toMessage } from './stripe-event.table.js';

/** Shows staff what Stripe told us, and what became of it. */
@Controller()
export class ListStripeEvents {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly cursors: Cursors,
  ) {}

  @Handles(getStripeEvent)
  async handleOne({ eventId }: GetStripeEventRequest): Promise<StripeEvent> {
    const event = await findEvent(this.accounts.rows, eventId);
    return toMessage(event, await findBody(this.accounts.rows, event));
  }

  @Handles(listStripeEvents)
  async handle(request: ListStripeEventsRequest, ctx: TenantContext): Promise<ListStripeEventsResponse> {
    const { status = null, tenantId = null, cursor } = request;
    const limit = request.limit ?? 50;
    const list = `stripe-events ${status} ${tenantId}`;
    const beforeId = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const filter = { status: status as EventStatus | null, tenantId, beforeId };
    const found = await listEventRows(this.accounts.rows, filter, limit + 1);
    const data = found.slice(0, limit).map((event) => toMessage(event));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
