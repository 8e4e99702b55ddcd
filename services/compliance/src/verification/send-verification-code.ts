import { Controller } from '@nestjs/common';
import {
  sendVerificationCode,
  VerificationCodeSent,
  type PrivacyRequest as RequestMessage,
  type SendVerificationCodeRequest,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { RequestDesk } from '../requests/request-desk.js';
import { Codes } from './codes.js';
import { assertMayVerify } from './identity-check.js';

/** Mails the person a code. Whoever enters it, at the form, reads mail at that address. */
@Controller()
export class SendVerificationCode {
  constructor(
    private readonly desk: RequestDesk,
    private readonly codes: Codes,
  ) {}

  @Handles(sendVerificationCode)
  handle({ requestId }: SendVerificationCodeRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.desk.change(ctx, requestId, async (before, { tx }) => {
      assertMayVerify(before);
      await this.codes.send(tx, before);
      return { after: before, entry: { kind: 'code_sent' }, event: () => new VerificationCodeSent({ requestId }) };
    });
  }
}
