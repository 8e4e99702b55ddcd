import { Controller } from '@nestjs/common';
import { withdrawToolApi, type ToolApi, type WithdrawToolApiRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { SaveToolApi } from './save-tool-api.js';
import { toMessage } from './tool-api.table.js';

/** Withdraws an API that the platform offers. */
@Controller()
export class WithdrawToolApi {
  constructor(private readonly save: SaveToolApi) {}

  @Handles(withdrawToolApi)
  async handle({ name }: WithdrawToolApiRequest, ctx: TenantContext): Promise<ToolApi> {
    return toMessage(await this.save.remove(name, ctx), true);
  }
}
