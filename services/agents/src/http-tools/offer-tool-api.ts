import { Controller } from '@nestjs/common';
import { offerToolApi, type OfferToolApiRequest, type ToolApi } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { SaveToolApi } from './save-tool-api.js';
import { toMessage } from './tool-api.table.js';

/** Offers an API to the agents of all tenants. Whoever may do that decides about its host, too. */
@Controller()
export class OfferToolApi {
  constructor(private readonly save: SaveToolApi) {}

  @Handles(offerToolApi)
  async handle({ name, api }: OfferToolApiRequest, ctx: TenantContext): Promise<ToolApi> {
    return toMessage(await this.save.put(name, api, () => Promise.resolve(), ctx), true);
  }
}
