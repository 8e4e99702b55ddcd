import { Injectable } from '@nestjs/common';
import type { CallAgentToolResponse } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { ApiDisclosures } from '../http-tools/api-disclosures.js';
import { CallToolApi } from '../http-tools/call-tool-api.js';
import { CallAsAgent } from './call-as-agent.js';
import { resultOf } from './tool-result.js';
import type { Planned } from './tool.js';

/** Makes the call that a tool's arguments became: of a service of ours, or of an API beyond. */
@Injectable()
export class PerformTool {
  constructor(
    private readonly services: CallAsAgent,
    private readonly toolApis: CallToolApi,
    private readonly disclosures: ApiDisclosures,
  ) {}

  /** @throws Fault of the service, or as `CallToolApi` */
  async perform(tool: string, planned: Planned, ctx: TenantContext): Promise<CallAgentToolResponse> {
    if ('request' in planned) {
      await this.disclosures.tell(tool, planned.request, ctx);
      return this.toolApis.call(planned.apiTool, planned.request, ctx);
    }
    return resultOf(tool, await this.services.call(planned, ctx));
  }
}
