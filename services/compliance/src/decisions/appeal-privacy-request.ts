import { Controller } from '@nestjs/common';
import {
  appealPrivacyRequest,
  PrivacyRequestAppealed,
  type AppealPrivacyRequestRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { appeal } from './decision.js';
import { RequestDesk } from '../requests/request-desk.js';

/** Records an appeal: the request is open again, against a clock of its own. */
@Controller()
export class AppealPrivacyRequest {
  constructor(private readonly desk: RequestDesk) {}

  @Handles(appealPrivacyRequest)
  handle({ requestId, text }: AppealPrivacyRequestRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.desk.change(ctx, requestId, (before, { events }) => ({
      after: appeal(before, events),
      entry: { kind: 'appealed', text },
      event: ({ dueOn }) => new PrivacyRequestAppealed({ requestId, dueOn }),
    }));
  }
}
