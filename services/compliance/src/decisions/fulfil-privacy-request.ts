import { Controller } from '@nestjs/common';
import {
  fulfilPrivacyRequest,
  PrivacyRequestFulfilled,
  type FulfilPrivacyRequestRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Merged } from '../duplicates/merged.js';
import { Notices } from '../notices/notices.js';
import { assertFulfillable, close, isInTime } from './decision.js';
import { RequestDesk, type Decide } from '../requests/request-desk.js';

/** Closes a request that was carried out, by hand or by the automation, with evidence; and those that were merged with it. */
@Controller()
export class FulfilPrivacyRequest {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: RequestDesk,
    private readonly merged: Merged,
    private readonly notices: Notices,
  ) {}

  @Handles(fulfilPrivacyRequest)
  handle(
    { requestId, outcome, evidence, explanation }: FulfilPrivacyRequestRequest,
    ctx: TenantContext,
  ): Promise<RequestMessage> {
    const decide: Decide = async (before, { tx, now }) => {
      assertFulfillable(before, outcome);
      await this.notices.tell(tx, before, 'fulfilled', { text: explanation });
      const inTime = isInTime(before, now);
      return {
        after: close(before, outcome as 'fulfilled' | 'partially_fulfilled', now),
        entry: { kind: outcome, facts: { inTime }, text: `${explanation}\n\nEvidence: ${evidence}` },
        event: () => new PrivacyRequestFulfilled({ requestId: before.id, outcome, inTime }),
      };
    };
    return this.tenants.transaction(ctx, async (tx) =>
      this.desk.print(await this.merged.answer(tx, ctx, requestId, decide), ctx),
    );
  }
}
