import { Controller } from '@nestjs/common';
import {
  commentPrivacyRequest,
  PrivacyRequestCommented,
  type CommentPrivacyRequestRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { RequestDesk } from './request-desk.js';

/** Notes something among staff, also about a closed request. */
@Controller()
export class CommentPrivacyRequest {
  constructor(private readonly desk: RequestDesk) {}

  @Handles(commentPrivacyRequest)
  handle({ requestId, text }: CommentPrivacyRequestRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.desk.change(ctx, requestId, (after) => ({
      after,
      entry: { kind: 'comment', text },
      event: () => new PrivacyRequestCommented({ requestId }),
    }));
  }
}
