import { Controller } from '@nestjs/common';
import { putToolApi, type PutToolApiRequest, type ToolApi } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { SaveToolApi } from './save-tool-api.js';
import { assertHostAllowed } from './tool-api.js';
import { findHosts, toMessage } from './tool-api.table.js';
import { ToolApis } from './tool-apis.js';

/** Sets an API of the tenant up, if its host is on the tenant's list. */
@Controller()
export class PutToolApi {
  constructor(
    private readonly save: SaveToolApi,
    private readonly apis: ToolApis,
  ) {}

  @Handles(putToolApi)
  async handle({ name, api }: PutToolApiRequest, ctx: TenantContext): Promise<ToolApi> {
    if ((await this.apis.offered()).some((one) => one.name === name))
      throw new Fault('conflict', {
        field: 'name',
        detail: `The platform offers an API named ${name}; take another name`,
      });
    const saved = await this.save.put(name, api, async (tx, wish) => assertHostAllowed(wish, await findHosts(tx)), ctx);
    return toMessage(saved, false);
  }
}
