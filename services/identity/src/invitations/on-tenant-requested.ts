import { Controller } from '@nestjs/common';
import { OwnerEstablished, OwnerFailed, OwnerPasswordSet, TenantRequested } from '@tenantry/contracts';
import type { RowChange, Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { On } from '@tenantry/messaging';
import { insertMembership, memberOf, type MembershipRow } from '../members/membership.table.js';
import { Memberships } from '../members/memberships.js';
import { personFor, projectMember } from '../members/people.table.js';
import {
  isEstablished,
  lockPreparation,
  updatePreparation,
  type EstablishedOwner,
  type PreparedOwner,
} from './prepared-owner.table.js';

/** Makes the prepared owner the owner of a new tenant. Asked again, it answers again and changes nothing. */
@Controller()
export class OnTenantRequested {
  constructor(
    private readonly memberships: Memberships,
    private readonly clock: Clock,
  ) {}

  @On(TenantRequested, { consumer: 'identity.provisioning' })
  async handle(request: TenantRequested, tx: Transaction): Promise<void> {
    const { tenantId, ownerRef, attempt } = request;
    const prepared = await lockPreparation(tx, ownerRef);
    if (!prepared) {
      tx.publish(
        new OwnerFailed({
          tenantId,
          ownerRef,
          attempt,
          reason: 'Nobody was prepared to own the tenant, or too long ago',
        }),
      );
      return;
    }
    // This attempt has failed in the meantime.
    if (!isEstablished(prepared) && attempt <= prepared.attempt) return;
    if (isEstablished(prepared)) return answer(tx, request, prepared);
    const { owner, member } = await this.establish(tx, prepared);
    answer(tx, request, owner, [await this.joined(tx, member)]);
  }

  private async establish(
    tx: Transaction,
    prepared: PreparedOwner,
  ): Promise<{ owner: EstablishedOwner; member: MembershipRow }> {
    const now = this.clock.now();
    const { email } = prepared;
    const { personId, isNew } = await personFor(tx, email, now, prepared.passwordHash);
    const known = isNew ? undefined : await memberOf(tx, personId);
    const member = known ?? { userId: personId, email, name: null, role: 'owner', joinedAt: now };
    if (!known) await insertMembership(tx, member, null);
    await projectMember(tx, personId);
    if (isNew && prepared.passwordSetByStaff) {
      tx.publish(new OwnerPasswordSet({ personId }), {
        changes: [
          { resource: 'person', id: personId, action: 'insert', new: { password: { commitment: null, sealed: null } } },
        ],
      });
    }
    // Somebody who has an account keeps their password: what staff chose for them is forgotten.
    return { owner: { ...prepared, personId, personIsNew: isNew, passwordHash: null }, member };
  }

  private async joined(tx: Transaction, member: MembershipRow): Promise<RowChange> {
    return {
      resource: 'member',
      id: member.userId,
      action: 'insert',
      new: await this.memberships.audited(tx, member),
    };
  }
}

/** Keeps who the owner is, and tells it. */
function answer(
  tx: Transaction,
  { tenantId, ownerRef, attempt }: TenantRequested,
  owner: EstablishedOwner,
  changes: readonly RowChange[] = [],
): void {
  const { personId } = owner;
  const passwordSetByStaff = owner.passwordSetByStaff && owner.personIsNew;
  updatePreparation(tx, { ...owner, attempt: Math.max(attempt, owner.attempt) });
  tx.publish(new OwnerEstablished({ tenantId, ownerRef, attempt, personId, passwordSetByStaff }), { changes });
}
