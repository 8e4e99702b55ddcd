import { Controller } from '@nestjs/common';
import {
  closeBreakGlass,
  type CloseBreakGlassRequest,
  type EmergencyAccess as EmergencyAccessMessage,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { AccessDesk } from './access-desk.js';

/** Shuts the platform's staff out again, as the tenant. */
@Controller()
export class CloseBreakGlass {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: AccessDesk,
  ) {}

  @Handles(closeBreakGlass)
  handle({ accessId }: CloseBreakGlassRequest, ctx: TenantContext): Promise<EmergencyAccessMessage> {
    return this.tenants.transaction(ctx, (tx) => this.desk.end(tx, ctx.tenantId, accessId, ctx.actor.id));
  }
}
