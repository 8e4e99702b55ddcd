import { Controller } from '@nestjs/common';
import { getMe, type GetMeRequest, type Me } from '@tenantry/contracts';
import { PersonDatabase } from '@tenantry/database';
import { Fault, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Standings } from '../members/standings.js';
import { assertPerson } from './own-account.js';
import { findOwnAccount } from './person.table.js';

/** Tells callers who they are, and what they are in the tenant of the request. */
@Controller()
export class GetMe {
  constructor(
    private readonly persons: PersonDatabase,
    private readonly standings: Standings,
  ) {}

  @Handles(getMe)
  async handle(_request: GetMeRequest, ctx: TenantContext): Promise<Me> {
    assertPerson(ctx);
    const [account, standing] = await Promise.all([findOwnAccount(this.persons, ctx), this.standings.of(ctx.actor.id)]);
    if (!account) throw new Fault('not-found');
    const here = standing.memberships.find(({ tenantId }) => tenantId === ctx.tenantId);
    return {
      id: account.personId,
      email: account.email,
      name: (here ?? standing.memberships[0])?.name ?? null,
      platformRole: standing.platformRole,
      tenantId: ctx.tenantId === PLATFORM_TENANT_ID ? null : ctx.tenantId,
      role: here?.role ?? null,
      memberships: standing.memberships.map(({ tenantId, slug, role }) => ({ tenantId, slug, role })),
      createdAt: account.createdAt,
    };
  }
}
