import { Controller } from '@nestjs/common';
import { OwnerEstablished, OwnerFailed, OwnerPasswordSet, TenantRequested } from '@tenantry/contracts';
import type { RowChange, Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { On } from '@tenantry/messaging';
import { insertMembership, memberOf } from '../members/membership.table.js';
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
  async handle({ tenantId, ownerRef, attempt }: TenantRequested, tx: Transaction): Promise<void> {
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
    const owner = isEstablished(prepared) ? prepared : await this.establish(tx, prepared);
    await updatePreparation(tx, { ...owner, attempt: Math.max(attempt, prepared.attempt) });
    const { personId } = owner;
    const passwordSetByStaff = owner.passwordSetByStaff && owner.personIsNew;
    const changes = isEstablished(prepared) ? [] : [await this.joined(tx, personId)];
    tx.publish(new OwnerEstablished({ tenantId, ownerRef, attempt, personId, passwordSetByStaff }), { changes });
  }

  private async establish(tx: Transaction, prepared: PreparedOwner): Promise<EstablishedOwner> {
    const now = this.clock.now();
    const { email } = prepared;
    const { personId, isNew } = await personFor(tx, email, now, prepared.passwordHash);
    if (!(await memberOf(tx, personId))) {
      await insertMembership(tx, { userId: personId, email, name: null, role: 'owner', joinedAt: now }, null);
    }
    await projectMember(tx, personId);
    if (isNew && prepared.passwordSetByStaff) {
      tx.publish(new OwnerPasswordSet({ personId }), {
        changes: [
          { resource: 'person', id: personId, action: 'insert', new: { password: { commitment: null, sealed: null } } },
        ],
      });
    }
    // Somebody who has an account keeps their password: what staff chose for them is forgotten.
    return { ...prepared, personId, personIsNew: isNew, passwordHash: null };
  }

  private async joined(tx: Transaction, personId: string): Promise<RowChange> {
    const owner = await memberOf(tx, personId);
    return {
      resource: 'member',
      id: personId,
      action: 'insert',
      ...(owner && { new: await this.memberships.audited(tx, owner) }),
    };
  }
}
