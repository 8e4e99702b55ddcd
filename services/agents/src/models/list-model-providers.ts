import { Controller } from '@nestjs/common';
import {
  listModelProviders,
  type ListModelProvidersRequest,
  type ListModelProvidersResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { listProviderRows, toMessage } from './model-provider.table.js';

/** Lists whoever answers for models. */
@Controller()
export class ListModelProviders {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(listModelProviders)
  async handle(_request: ListModelProvidersRequest, ctx: TenantContext): Promise<ListModelProvidersResponse> {
    const rows = await listProviderRows({ query: (statement) => this.tenants.query(ctx, statement) });
    return { data: rows.map(toMessage) };
  }
}
