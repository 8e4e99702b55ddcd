import { Controller } from '@nestjs/common';
import { receiveStripeEvent, type ReceiveStripeEventRequest, type StripeEventReceipt } from '@tenantry/contracts';
import { Handles } from '@tenantry/messaging';
import { EventInbox } from './event-inbox.js';

/** Takes an event. Once it is kept Stripe need not send it again, whatever applying it comes to. */
@Controller()
export class ReceiveStripeEvent {
  constructor(private readonly inbox: EventInbox) {}

  @Handles(receiveStripeEvent)
  async handle({ signature, body }: ReceiveStripeEventRequest): Promise<StripeEventReceipt> {
    const kept = await this.inbox.receive(body, signature);
    const duplicate = kept.deliveries > 1;
    if (!duplicate) await this.inbox.apply(kept);
    return { stripeId: kept.stripeId, duplicate };
  }
}
