import { Controller } from '@nestjs/common';
import { OwnerWithdrawn, TenantProvisioningFailed } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { deleteMembership } from '../members/membership.table.js';
import { projectMember, removeUnusedPerson } from '../members/people.table.js';
import { lockPreparations, updatePreparation, type PreparedOwner } from './prepared-owner.table.js';

/** Takes the owner of a failed tenant back, and the account with them if it was made for that; a later attempt starts anew. */
@Controller()
export class OnTenantProvisioningFailed {
  @On(TenantProvisioningFailed, { consumer: 'identity.provisioning' })
  async handle({ tenantId, attempt }: TenantProvisioningFailed, tx: Transaction): Promise<void> {
    for (const prepared of await lockPreparations(tx)) {
      if (prepared.attempt > attempt) continue;
      const passwordHash = prepared.personId
        ? await withdraw(tx, tenantId, prepared, prepared.personId)
        : prepared.passwordHash;
      updatePreparation(tx, { ...prepared, attempt, passwordHash, personId: null, personIsNew: false });
    }
  }
}

/** Answers the password hash that the next attempt gives the owner. */
async function withdraw(
  tx: Transaction,
  tenantId: string,
  prepared: PreparedOwner,
  personId: string,
): Promise<string | null> {
  await deleteMembership(tx, personId);
  tx.publish(new OwnerWithdrawn({ tenantId, personId }), {
    changes: [{ resource: 'member', id: personId, action: 'delete', old: { role: 'owner' } }],
  });
  const removed = prepared.personIsNew ? await removeUnusedPerson(tx, personId) : undefined;
  if (!removed) await projectMember(tx, personId);
  return removed?.passwordHash ?? null;
}
