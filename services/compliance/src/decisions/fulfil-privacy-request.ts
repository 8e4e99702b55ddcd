import { Controller } from '@nestjs/common';
import {
  fulfilPrivacyRequest,
  PrivacyRequestFulfilled,
  type FulfilPrivacyRequestRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Notices } from '../notices/notices.js';
import { assertFulfillable, close, isInTime } from './decision.js';
import { RequestDesk } from '../requests/request-desk.js';

/** Closes a request that was carried out, by hand or by the automation, with evidence. */
@Controller()
export class FulfilPrivacyRequest {
  constructor(
    private readonly desk: RequestDesk,
    private readonly notices: Notices,
  ) {}

  @Handles(fulfilPrivacyRequest)
  handle(
    { requestId, outcome, evidence, explanation }: FulfilPrivacyRequestRequest,
    ctx: TenantContext,
  ): Promise<RequestMessage> {
    return this.desk.change(ctx, requestId, async (before, { tx, now }) => {
      assertFulfillable(before, outcome);
      await this.notices.tell(tx, before, 'fulfilled', { text: explanation });
      const inTime = isInTime(before, now);
      return {
        after: close(before, outcome as 'fulfilled' | 'partially_fulfilled', now),
        entry: { kind: outcome, facts: { inTime }, text: `${explanation}\n\nEvidence: ${evidence}` },
        event: () => new PrivacyRequestFulfilled({ requestId, outcome, inTime }),
      };
    });
  }
}
