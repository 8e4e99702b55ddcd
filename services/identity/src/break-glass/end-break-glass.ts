import { Controller } from '@nestjs/common';
import {
  endBreakGlass,
  type EmergencyAccess as EmergencyAccessMessage,
  type EndBreakGlassRequest,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { AccessDesk } from './access-desk.js';

/** Ends emergency access before its time, as staff. */
@Controller()
export class EndBreakGlass {
  constructor(private readonly desk: AccessDesk) {}

  @Handles(endBreakGlass)
  handle({ tenantId, accessId }: EndBreakGlassRequest, ctx: TenantContext): Promise<EmergencyAccessMessage> {
    return this.desk.transaction(ctx, tenantId, (tx) => this.desk.end(tx, tenantId, accessId, ctx.actor.id));
  }
}
