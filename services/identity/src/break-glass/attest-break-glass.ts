import { Controller } from '@nestjs/common';
import {
  attestBreakGlass,
  BreakGlassAttested,
  type AttestBreakGlassRequest,
  type EmergencyAccess as EmergencyAccessMessage,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { AccessDesk } from './access-desk.js';
import { accessMessage, attestAccess } from './emergency-access.js';
import { accessChange, lockAccess, saveAccess } from './emergency-access.table.js';

/** Says what was done by an access that is over. Late is better than never: it counts, and is told as late. */
@Controller()
export class AttestBreakGlass {
  constructor(
    private readonly desk: AccessDesk,
    private readonly clock: Clock,
  ) {}

  @Handles(attestBreakGlass)
  async handle(request: AttestBreakGlassRequest, ctx: TenantContext): Promise<EmergencyAccessMessage> {
    const { tenantId, accessId, attestation } = request;
    return this.desk.transaction(ctx, tenantId, async (tx) => {
      const now = this.clock.now();
      const after = attestAccess(await lockAccess(tx, tenantId, accessId), ctx.actor.id, attestation, now);
      await saveAccess(tx, tenantId, after);
      const event = new BreakGlassAttested({ accessId, inTime: now <= after.attestBy });
      tx.publish(event, { tenantId, changes: [accessChange('update', after)] });
      return accessMessage(after, now);
    });
  }
}
