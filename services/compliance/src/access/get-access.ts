import { Controller } from '@nestjs/common';
import { type Access, getAccess, type GetAccessRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { AccessDesk } from './access-desk.js';

/** Gives a copy's plan and how far it is. */
@Controller()
export class GetAccess {
  constructor(private readonly desk: AccessDesk) {}

  @Handles(getAccess)
  handle({ accessId }: GetAccessRequest, ctx: TenantContext): Promise<Access> {
    return this.desk.get(ctx, accessId);
  }
}
