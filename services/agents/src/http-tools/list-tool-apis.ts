import { Controller } from '@nestjs/common';
import { listToolApis, type ListToolApisRequest, type ListToolApisResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { listApiRows, toMessage } from './tool-api.table.js';
import { ToolApis } from './tool-apis.js';

/** Lists the APIs whose operations the tenant's agents can have as tools. */
@Controller()
export class ListToolApis {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly apis: ToolApis,
  ) {}

  @Handles(listToolApis)
  async handle(_request: ListToolApisRequest, ctx: TenantContext): Promise<ListToolApisResponse> {
    const [offered, own] = await Promise.all([this.apis.offered(), listApiRows(reading(this.tenants, ctx))]);
    return { data: [...offered.map((api) => toMessage(api, true)), ...own.map((api) => toMessage(api, false))] };
  }
}
