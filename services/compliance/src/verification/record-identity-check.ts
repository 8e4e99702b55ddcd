import { Controller } from '@nestjs/common';
import {
  recordIdentityCheck,
  type PrivacyRequest as RequestMessage,
  type RecordIdentityCheckRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { RequestDesk } from '../requests/request-desk.js';
import { IdentityDesk } from './identity-desk.js';

/** Records a check by staff: how, with which result, and what was compared. No document is kept. */
@Controller()
export class RecordIdentityCheck {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: RequestDesk,
    private readonly identity: IdentityDesk,
  ) {}

  @Handles(recordIdentityCheck)
  handle({ requestId, ...check }: RecordIdentityCheckRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.tenants.transaction(ctx, async (tx) =>
      this.desk.print(await this.identity.record(tx, ctx, requestId, check), ctx),
    );
  }
}
