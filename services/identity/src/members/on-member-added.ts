import { Controller } from '@nestjs/common';
import { MemberAdded } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { Invitations } from '../invitations/invitations.js';
import { memberOf } from './membership.table.js';

/** Somebody who has no password yet gets a link; for everybody else there is nothing to do. */
@Controller()
export class OnMemberAdded {
  constructor(private readonly invitations: Invitations) {}

  @On(MemberAdded, { consumer: 'identity.invitations' })
  async handle({ personId }: MemberAdded, tx: Transaction): Promise<void> {
    const member = await memberOf(tx, personId);
    if (member) await this.invitations.send(tx, { personId, email: member.email });
  }
}
