import { Controller } from '@nestjs/common';
import { removeMember, type Empty, type RemoveMemberRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Memberships } from './memberships.js';

/** Ends a membership: the person's next request in this tenant is refused. */
@Controller()
export class RemoveMember {
  constructor(private readonly memberships: Memberships) {}

  @Handles(removeMember)
  async handle(request: RemoveMemberRequest, ctx: TenantContext): Promise<Empty> {
    await this.memberships.transaction(ctx, (tx) => this.memberships.end(tx, ctx, request.userId));
    return {};
  }
}
