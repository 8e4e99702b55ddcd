import { Controller } from '@nestjs/common';
import {
  PrivacyIdentityChecked,
  recordIdentityCheck,
  type PrivacyRequest as RequestMessage,
  type RecordIdentityCheckRequest,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { RequestDesk } from '../requests/request-desk.js';
import { LEVELS } from '../requests/request-type.js';
import { checkIdentity } from './identity-check.js';

/** Records a check by staff: how, with which result, and what was compared. No document is kept. */
@Controller()
export class RecordIdentityCheck {
  constructor(private readonly desk: RequestDesk) {}

  @Handles(recordIdentityCheck)
  handle(request: RecordIdentityCheckRequest, ctx: TenantContext): Promise<RequestMessage> {
    const { requestId, method, passed, evidence } = request;
    return this.desk.change(ctx, requestId, (before) => {
      const after = checkIdentity(before, method, passed);
      const verified = LEVELS[after.verifiedLevel] ?? 'none';
      return {
        after,
        entry: { kind: 'identity_checked', facts: { method, passed, verified }, text: evidence },
        event: () => new PrivacyIdentityChecked({ requestId, method, verified }),
      };
    });
  }
}
