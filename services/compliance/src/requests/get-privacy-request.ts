import { Controller } from '@nestjs/common';
import {
  getPrivacyRequest,
  type GetPrivacyRequestRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findRequest, type Rows } from './privacy-request.table.js';
import { RequestDesk } from './request-desk.js';

/** Gives a request with the person's words in clear. */
@Controller()
export class GetPrivacyRequest {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: RequestDesk,
  ) {}

  @Handles(getPrivacyRequest)
  async handle({ requestId }: GetPrivacyRequestRequest, ctx: TenantContext): Promise<RequestMessage> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    return this.desk.print(await findRequest(rows, requestId), ctx);
  }
}
