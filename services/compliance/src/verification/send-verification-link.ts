import { Controller } from '@nestjs/common';
import {
  sendVerificationLink,
  VerificationLinkSent,
  type PrivacyRequest as RequestMessage,
  type SendVerificationLinkRequest,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { RequestDesk } from '../requests/request-desk.js';
import { assertMayVerify } from './identity-check.js';
import { Links } from './links.js';

/** Mails the person a link. Whoever follows it and says yes reads mail at that address. */
@Controller()
export class SendVerificationLink {
  constructor(
    private readonly desk: RequestDesk,
    private readonly links: Links,
  ) {}

  @Handles(sendVerificationLink)
  handle({ requestId }: SendVerificationLinkRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.desk.change(ctx, requestId, async (before, { tx }) => {
      assertMayVerify(before);
      await this.links.send(tx, before);
      return { after: before, entry: { kind: 'link_sent' }, event: () => new VerificationLinkSent({ requestId }) };
    });
  }
}
