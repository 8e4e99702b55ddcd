import { Controller } from '@nestjs/common';
import { listProviderKeys, type ListProviderKeysRequest, type ListProviderKeysResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { listKeyRows, toMessage } from './provider-key.table.js';

/** Lists the providers for which the tenant has a key of its own. */
@Controller()
export class ListProviderKeys {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(listProviderKeys)
  async handle(_request: ListProviderKeysRequest, ctx: TenantContext): Promise<ListProviderKeysResponse> {
    const rows = await listKeyRows({ query: (statement) => this.tenants.query(ctx, statement) });
    return { data: rows.map(toMessage) };
  }
}
