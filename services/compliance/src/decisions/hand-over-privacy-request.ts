import { Controller } from '@nestjs/common';
import {
  handOverPrivacyRequest,
  PrivacyRequestHandedOver,
  type HandOverPrivacyRequestRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Notices } from '../notices/notices.js';
import { dayAt } from '../clock/day.js';
import { assertMayHandOver, close } from './decision.js';
import { RequestDesk } from '../requests/request-desk.js';

/** Hands a request to its controller, who answers it (GDPR Art. 28(3)(e)). What the person wrote goes with it. */
@Controller()
export class HandOverPrivacyRequest {
  constructor(
    private readonly desk: RequestDesk,
    private readonly notices: Notices,
  ) {}

  @Handles(handOverPrivacyRequest)
  handle({ requestId }: HandOverPrivacyRequestRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.desk.change(ctx, requestId, async (before, { tx, now }) => {
      assertMayHandOver(before);
      const { subjectName, subjectEmail, details } = await this.desk.print(before, ctx);
      const text = [`From: ${subjectName} <${subjectEmail}>`, `Kind: ${before.type}`, details]
        .filter(Boolean)
        .join('\n');
      const facts = { reference: requestId, dueOn: before.dueOn, text };
      await this.notices.send(tx, before.controllerEmail ?? '', 'handed_over', facts);
      const inTime = dayAt(now, before.timeZone) <= (before.handOverBy ?? '');
      const after = close(before, 'handed_over', now);
      const entry = { kind: 'handed_over', facts: { inTime } };
      return { after, entry, event: () => new PrivacyRequestHandedOver({ requestId, inTime }) };
    });
  }
}
