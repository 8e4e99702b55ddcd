import { Controller } from '@nestjs/common';
import {
  eraseMemberSubject,
  type EraseMemberSubjectRequest,
  MemberRemoved,
  type PersonErased,
} from '@tenantry/contracts';
import { SubjectVault, TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, newId, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { deleteMembership, type MembershipRow } from '../members/membership.table.js';
import { memberSubject } from '../members/memberships.js';
import { projectMember, removePersonOfNowhere } from '../members/people.table.js';
import { circleOf } from '../members/roles.js';
import { PLACES, soughtOf } from './member-subject.js';
import { deletePrepared, lockSought, type Sought } from './member-subject.table.js';

/** Ends a person's membership with everything that the tenant knows of them; their account goes with it when it is used nowhere else. */
@Controller()
export class EraseMemberSubject {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly subjects: SubjectVault,
    private readonly clock: Clock,
  ) {}

  @Handles(eraseMemberSubject)
  handle(request: EraseMemberSubjectRequest, ctx: TenantContext): Promise<PersonErased> {
    return this.tenants.transaction(ctx, async (tx) => {
      const sought = soughtOf(request);
      const members = await lockMembersSought(tx, sought);
      for (const member of members) await erase(tx, member);
      const prepared = await deletePrepared(tx, sought);
      const places = [
        { place: PLACES.membership, action: 'delete', rows: BigInt(members.length) },
        { place: PLACES.prepared, action: 'delete', rows: BigInt(prepared) },
      ];
      const keysDestroyed = await this.#destroyKeys(ctx.tenantId, sought, members);
      return { places, rows: BigInt(members.length), erasedAt: this.clock.now(), keysDestroyed };
    });
  }

  /** Last thing before the commit; also of somebody who was a member once. */
  async #destroyKeys(tenantId: string, { userId }: Sought, members: readonly MembershipRow[]): Promise<string[]> {
    const people = new Set([...members.map((member) => member.userId), ...(userId === null ? [] : [userId])]);
    const holders = await this.subjects.holders(tenantId, [...people].map(memberSubject));
    return [...(await this.subjects.destroy(tenantId, newId(), holders))];
  }
}

/** @throws Fault `last-owner` when nobody who may do everything would be left */
async function lockMembersSought(tx: Transaction, sought: Sought): Promise<MembershipRow[]> {
  const { topRole, lastOne } = circleOf(tx.tenantId);
  const locked = await lockSought(tx, sought, topRole);
  const isMeant = ({ userId, email }: MembershipRow): boolean => userId === sought.userId || email === sought.email;
  const meant = locked.filter(isMeant);
  const isTopLeft = locked.some((member) => member.role === topRole && !isMeant(member));
  if (meant.some(({ role }) => role === topRole) && !isTopLeft) throw new Fault(lastOne);
  return meant;
}

/** The event says who left by id alone; the address that earlier entries have is destroyed with their values. */
async function erase(tx: Transaction, { userId, role }: MembershipRow): Promise<void> {
  await deleteMembership(tx, userId);
  await projectMember(tx, userId);
  await removePersonOfNowhere(tx, userId);
  tx.publish(new MemberRemoved({ personId: userId, role }), {
    changes: [{ resource: 'member', id: userId, action: 'delete' }],
  });
}
