import { Controller } from '@nestjs/common';
import {
  extendPrivacyRequest,
  PrivacyRequestExtended,
  type ExtendPrivacyRequestRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Notices } from '../notices/notices.js';
import { assertMayExtend } from './correspondence.js';
import { RequestDesk } from '../requests/request-desk.js';

/** Extends the time once. Without a notice to the person, with the reason and in the first period, there is no extension (GDPR Art. 12(3)). */
@Controller()
export class ExtendPrivacyRequest {
  constructor(
    private readonly desk: RequestDesk,
    private readonly notices: Notices,
  ) {}

  @Handles(extendPrivacyRequest)
  handle({ requestId, reason, explanation }: ExtendPrivacyRequestRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.desk.change(ctx, requestId, async (before, { tx, now, clock, clockAfter }) => {
      assertMayExtend(before, clock, now);
      const { dueOn } = clockAfter('extended');
      await this.notices.tell(tx, before, 'extended', { dueOn, reason, text: explanation });
      const entry = { kind: 'extended', facts: { reason, dueOn }, text: explanation };
      return { after: before, entry, event: () => new PrivacyRequestExtended({ requestId, reason, dueOn }) };
    });
  }
}
