import { Injectable } from '@nestjs/common';
import { AgreementEnded, AgreementRegistered, type Agreement as AgreementMessage } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, Fault } from '@tenantry/kernel';
import { agreementMessage, endAgreement, type Agreement } from './agreement.js';
import {
  agreementChange,
  countChange,
  countOpen,
  insertAgreement,
  lockAgreement,
  projectAgreements,
  saveEnd,
} from './agreement.table.js';

/** A directory's entry stays small, and a register readable. */
const MAX_OPEN = 100;

/** The one way in which a tenant's agreements change: the row, what every service is told, and the event in one commit. */
@Injectable()
export class AgreementDesk {
  constructor(private readonly clock: Clock) {}

  async register(tx: Transaction, tenantId: string, agreement: Agreement): Promise<AgreementMessage> {
    const now = this.clock.now();
    const version = await countChange(tx, tenantId);
    if ((await countOpen(tx, tenantId, now)) >= MAX_OPEN) {
      throw new Fault('conflict', {
        detail: `At most ${MAX_OPEN} agreements can be in force or to come; end one first`,
      });
    }
    await insertAgreement(tx, tenantId, agreement);
    await projectAgreements(tx, tenantId, version, now);
    const { id: agreementId, party, effectiveOn, endsOn } = agreement;
    const changes = [agreementChange('insert', agreement)];
    tx.publish(new AgreementRegistered({ agreementId, party, effectiveOn, endsOn }), { tenantId, changes });
    return agreementMessage(agreement, now);
  }

  /** @throws Fault `not-found` also for an agreement of the other party's */
  async end(
    tx: Transaction,
    { tenantId, agreementId, party }: { tenantId: string; agreementId: string; party: Agreement['party'] },
    { by, reason }: { by: string; reason: string },
  ): Promise<AgreementMessage> {
    const now = this.clock.now();
    const version = await countChange(tx, tenantId);
    const before = await lockAgreement(tx, tenantId, agreementId);
    if (before.party !== party) throw new Fault('not-found');
    const after = endAgreement(before, by, reason.trim(), now);
    await saveEnd(tx, tenantId, after);
    await projectAgreements(tx, tenantId, version, now);
    tx.publish(new AgreementEnded({ agreementId, party }), { tenantId, changes: [agreementChange('update', after)] });
    return agreementMessage(after, now);
  }
}
