import { Controller } from '@nestjs/common';
import {
  denyPrivacyRequest,
  PrivacyRequestDenied,
  type DenyPrivacyRequestRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Merged } from '../duplicates/merged.js';
import { Notices } from '../notices/notices.js';
import { assertAnswerable, close, isInTime } from './decision.js';
import { RequestDesk, type Decide } from '../requests/request-desk.js';

/** Denies a request, and those that were merged with it; the person learns why, and what they can do about it (GDPR Art. 12(4)). */
@Controller()
export class DenyPrivacyRequest {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: RequestDesk,
    private readonly merged: Merged,
    private readonly notices: Notices,
  ) {}

  @Handles(denyPrivacyRequest)
  handle({ requestId, reason, explanation }: DenyPrivacyRequestRequest, ctx: TenantContext): Promise<RequestMessage> {
    const decide: Decide = async (before, { tx, now }) => {
      assertAnswerable(before);
      await this.notices.tell(tx, before, 'denied', { reason, text: explanation });
      const inTime = isInTime(before, now);
      return {
        after: { ...close(before, 'denied', now), denialReason: reason },
        entry: { kind: 'denied', facts: { reason, inTime }, text: explanation },
        event: () => new PrivacyRequestDenied({ requestId: before.id, reason, inTime }),
      };
    };
    return this.tenants.transaction(ctx, async (tx) =>
      this.desk.print(await this.merged.answer(tx, ctx, requestId, decide), ctx),
    );
  }
}
