import { Injectable } from '@nestjs/common';
import { Fault } from '@tenantry/kernel';
import type { Exchange, Step } from './exchange.js';

/** Who may go on with what is left open while a tenant is suspended. */
const OPEN_TO: readonly (string | null)[] = ['owner', 'compliance'];

/**
 * Refuses what a tenant may not do now. Only its own members and keys get here, so only they learn that it is suspended.
 * Of the operations left open, those on the tenant's data are for its owners and compliance staff.
 */
@Injectable()
export class TenantStatus implements Step {
  run({ operation, party }: Exchange): void {
    const { status } = party.home;
    if (status === 'active') return;
    if (status !== 'suspended') throw new Fault('tenant-state', { detail: `This tenant is ${status}` });
    const isOpen =
      operation.whenSuspended &&
      party.agent === null &&
      (operation.scope !== 'tenant' || OPEN_TO.includes(party.actor.role));
    if (!isOpen) throw new Fault('tenant-suspended');
  }
}
