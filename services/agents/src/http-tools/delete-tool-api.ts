import { Controller } from '@nestjs/common';
import { deleteToolApi, type DeleteToolApiRequest, type ToolApi } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { SaveToolApi } from './save-tool-api.js';
import { toMessage } from './tool-api.table.js';

/** Deletes an API of the tenant with its credential. */
@Controller()
export class DeleteToolApi {
  constructor(private readonly save: SaveToolApi) {}

  @Handles(deleteToolApi)
  async handle({ name }: DeleteToolApiRequest, ctx: TenantContext): Promise<ToolApi> {
    return toMessage(await this.save.remove(name, ctx), false);
  }
}
