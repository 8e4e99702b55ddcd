import { Controller } from '@nestjs/common';
import {
  withdrawPrivacyRequest,
  PrivacyRequestWithdrawn,
  type WithdrawPrivacyRequestRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertOpen } from '../requests/privacy-request.js';
import { close } from './decision.js';
import { RequestDesk } from '../requests/request-desk.js';

/** Closes a request that the person took back. */
@Controller()
export class WithdrawPrivacyRequest {
  constructor(private readonly desk: RequestDesk) {}

  @Handles(withdrawPrivacyRequest)
  handle({ requestId, text }: WithdrawPrivacyRequestRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.desk.change(ctx, requestId, (before, { now }) => {
      assertOpen(before);
      const after = close(before, 'withdrawn', now);
      return { after, entry: { kind: 'withdrawn', text }, event: () => new PrivacyRequestWithdrawn({ requestId }) };
    });
  }
}
