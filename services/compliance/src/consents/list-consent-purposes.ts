import { Controller } from '@nestjs/common';
import {
  type ConsentPurpose,
  listConsentPurposes,
  type ListConsentPurposesRequest,
  type ListConsentPurposesResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findPurposes } from './consent.table.js';

/** Lists the purposes of which something was said. */
@Controller()
export class ListConsentPurposes {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(listConsentPurposes)
  async handle(_request: ListConsentPurposesRequest, ctx: TenantContext): Promise<ListConsentPurposesResponse> {
    return { data: await this.tenants.query<ConsentPurpose>(ctx, findPurposes()) };
  }
}
