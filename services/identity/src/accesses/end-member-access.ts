import { Controller } from '@nestjs/common';
import { type AccessEnded, endMemberAccess, type EndMemberAccessRequest } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { endEmergencyAccess } from '../break-glass/end-emergency-access.js';
import { endGrant } from '../grants/end-grant.js';
import { endKey } from '../keys/end-key.js';
import { memberOf } from '../members/membership.table.js';
import { Memberships } from '../members/memberships.js';
import { assertNarrower } from '../members/roles.js';

/** Reviews take away what their reviewers may not give themselves: compliance checks who decides. */
const EVERY_PERMISSION = ['*'];

type Ended = Omit<AccessEnded, 'at'>;

/** Carries out what an access review decided: ends an access, or gives a member a role that may do less. */
@Controller()
export class EndMemberAccess {
  constructor(
    private readonly memberships: Memberships,
    private readonly clock: Clock,
  ) {}

  @Handles(endMemberAccess)
  handle(request: EndMemberAccessRequest, ctx: TenantContext): Promise<AccessEnded> {
    return this.memberships.transaction(ctx, async (tx) => {
      const at = this.clock.now();
      if (request.kind === 'member') return { ...(await this.#member(tx, ctx, request)), at };
      return { changed: (await this.#end(tx, ctx, request, at)) === true, isGone: true, role: null, at };
    });
  }

  /** Answers whether it did; undefined for an access that is not the tenant's. */
  #end(
    tx: Transaction,
    { onBehalfOf, actor }: TenantContext,
    { kind, id }: EndMemberAccessRequest,
    at: Date,
  ): Promise<boolean | undefined> {
    if (kind === 'break_glass') return endEmergencyAccess(tx, id, onBehalfOf ?? actor.id, at);
    return kind === 'api_key' ? endKey(tx, id, at) : endGrant(tx, id, at);
  }

  /** @throws Fault `last-owner`; `forbidden` for a role that may do more */
  async #member(tx: Transaction, ctx: TenantContext, request: EndMemberAccessRequest): Promise<Ended> {
    const { id, role = null, grantedAt } = request;
    const member = await memberOf(tx, id);
    if (member?.joinedAt.getTime() !== grantedAt.getTime()) return { changed: false, isGone: true, role: null };
    const deciding = { ...ctx, permissions: EVERY_PERMISSION };
    if (role === null) {
      await this.memberships.end(tx, deciding, id);
      return { changed: true, isGone: true, role: null };
    }
    if (member.role === role) return { changed: false, isGone: false, role };
    assertNarrower(tx.tenantId, member.role, role);
    await this.memberships.changeRole(tx, deciding, id, role);
    return { changed: true, isGone: false, role };
  }
}
