import { Controller } from '@nestjs/common';
import {
  replayStripeEvent,
  replayStripeEvents,
  type ReplayStripeEventRequest,
  type ReplayStripeEventsRequest,
  type ReplayStripeEventsResponse,
  type StripeEvent,
} from '@tenantry/contracts';
import { Clock, Fault } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { EventInbox } from './event-inbox.js';
import { PaymentAccounts } from './payment-accounts.js';
import { findEvent, replayBetween, toMessage } from './stripe-event.table.js';

const MAX_RANGE_MS = 31 * 86_400_000;

/** Applies events again: one at once, those of a time by the schedule. */
@Controller()
export class ReplayStripeEvent {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly inbox: EventInbox,
    private readonly clock: Clock,
  ) {}

  @Handles(replayStripeEvent)
  async handle({ eventId }: ReplayStripeEventRequest): Promise<StripeEvent> {
    return toMessage(await this.inbox.apply(await findEvent(this.accounts.rows, eventId)));
  }

  @Handles(replayStripeEvents)
  async handleRange({ from, to }: ReplayStripeEventsRequest): Promise<ReplayStripeEventsResponse> {
    const rangeMs = to.getTime() - from.getTime();
    if (rangeMs <= 0 || rangeMs > MAX_RANGE_MS)
      throw new Fault('invalid-input', { field: 'to', detail: 'to must be after from, by at most 31 days' });
    return { count: await replayBetween(this.accounts.rows, from, to, this.clock.now()) };
  }
}
