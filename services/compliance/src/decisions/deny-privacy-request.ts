import { Controller } from '@nestjs/common';
import {
  denyPrivacyRequest,
  PrivacyRequestDenied,
  type DenyPrivacyRequestRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Notices } from '../notices/notices.js';
import { assertAnswerable, close, isInTime } from './decision.js';
import { RequestDesk } from '../requests/request-desk.js';

/** Denies a request; the person learns why, and what they can do about it (GDPR Art. 12(4)). */
@Controller()
export class DenyPrivacyRequest {
  constructor(
    private readonly desk: RequestDesk,
    private readonly notices: Notices,
  ) {}

  @Handles(denyPrivacyRequest)
  handle({ requestId, reason, explanation }: DenyPrivacyRequestRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.desk.change(ctx, requestId, async (before, { tx, now }) => {
      assertAnswerable(before);
      await this.notices.tell(tx, before, 'denied', { reason, text: explanation });
      const inTime = isInTime(before, now);
      return {
        after: { ...close(before, 'denied', now), denialReason: reason },
        entry: { kind: 'denied', facts: { reason, inTime }, text: explanation },
        event: () => new PrivacyRequestDenied({ requestId, reason, inTime }),
      };
    });
  }
}
