import { Controller } from '@nestjs/common';
import { listOfferedToolApis, type ListOfferedToolApisRequest, type ListToolApisResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { listApiRows, toMessage } from './tool-api.table.js';

/** Lists the APIs that the platform offers. */
@Controller()
export class ListOfferedToolApis {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(listOfferedToolApis)
  async handle(_request: ListOfferedToolApisRequest, ctx: TenantContext): Promise<ListToolApisResponse> {
    return { data: (await listApiRows(reading(this.tenants, ctx))).map((api) => toMessage(api, true)) };
  }
}
