import { Controller } from '@nestjs/common';
import {
  breakGlass,
  BreakGlassOpened,
  type BreakGlassRequest,
  type EmergencyAccess as EmergencyAccessMessage,
} from '@tenantry/contracts';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { AccessDesk } from './access-desk.js';
import { accessEntry, accessMessage, openAccess } from './emergency-access.js';
import { accessChange, insertAccess, owesAttestation } from './emergency-access.table.js';

/** Opens emergency access for whoever asks. The tenant's log has it in the same commit, and its owners a mail. */
@Controller()
export class BreakGlass {
  constructor(
    private readonly desk: AccessDesk,
    private readonly clock: Clock,
  ) {}

  @Handles(breakGlass)
  async handle(request: BreakGlassRequest, ctx: TenantContext): Promise<EmergencyAccessMessage> {
    const { tenantId } = request;
    return this.desk.transaction(ctx, tenantId, async (tx) => {
      const now = this.clock.now();
      const access = openAccess(request, ctx.actor.id, now);
      if (await owesAttestation(tx, access.staffId, now)) {
        throw new Fault('conflict', {
          detail: 'Say first what you did by an earlier access: its attestation is overdue',
        });
      }
      await insertAccess(tx, tenantId, access);
      tx.project('grants', access.id, accessEntry(access, tenantId), 1);
      const { id: accessId, staffId, tables, reason, endsAt } = access;
      const event = new BreakGlassOpened({ accessId, staffId, tables: [...tables], reason, endsAt });
      tx.publish(event, { tenantId, changes: [accessChange('insert', access)] });
      return accessMessage(access, now);
    });
  }
}
