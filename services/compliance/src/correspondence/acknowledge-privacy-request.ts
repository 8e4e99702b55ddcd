import { Controller } from '@nestjs/common';
import {
  acknowledgePrivacyRequest,
  PrivacyRequestAcknowledged,
  type AcknowledgePrivacyRequestRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Notices } from '../notices/notices.js';
import { acknowledge } from './correspondence.js';
import { RequestDesk } from '../requests/request-desk.js';

/** Tells the person that their request was received: asked for by 11 CCR § 7021(a), good manners elsewhere. */
@Controller()
export class AcknowledgePrivacyRequest {
  constructor(
    private readonly desk: RequestDesk,
    private readonly notices: Notices,
  ) {}

  @Handles(acknowledgePrivacyRequest)
  handle({ requestId }: AcknowledgePrivacyRequestRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.desk.change(ctx, requestId, async (before, { tx }) => {
      const after = acknowledge(before);
      await this.notices.tell(tx, after, 'acknowledged', { dueOn: before.dueOn });
      return { after, entry: { kind: 'acknowledged' }, event: () => new PrivacyRequestAcknowledged({ requestId }) };
    });
  }
}
