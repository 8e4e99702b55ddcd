import { Controller } from '@nestjs/common';
import {
  registerPlatformAgreement,
  type Agreement as AgreementMessage,
  type RegisterPlatformAgreementRequest,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { TenantCalendar } from '../tenant-calendar.js';
import { registerAgreement } from './agreement.js';
import { AgreementDesk } from './agreement-desk.js';
import { PlatformAgreements } from './platform-agreements.js';

/** Registers what a tenant and the platform have signed. */
@Controller()
export class RegisterPlatformAgreement {
  constructor(
    private readonly platform: PlatformAgreements,
    private readonly desk: AgreementDesk,
    private readonly calendar: TenantCalendar,
    private readonly clock: Clock,
  ) {}

  @Handles(registerPlatformAgreement)
  async handle(request: RegisterPlatformAgreementRequest, ctx: TenantContext): Promise<AgreementMessage> {
    const { tenantId } = request;
    return this.platform.transaction(ctx, tenantId, (tx) => {
      const timeZone = this.calendar.zoneOf({ tenantId });
      const facts = { party: 'platform', by: ctx.actor.id, timeZone, now: this.clock.now() } as const;
      return this.desk.register(tx, tenantId, registerAgreement(request, facts));
    });
  }
}
