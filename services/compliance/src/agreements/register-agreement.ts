import { Controller } from '@nestjs/common';
import {
  registerAgreement as operation,
  type Agreement as AgreementMessage,
  type RegisterAgreementRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { TenantCalendar } from '../tenant-calendar.js';
import { registerAgreement } from './agreement.js';
import { AgreementDesk } from './agreement-desk.js';

/** Registers what the tenant has signed with somebody who gets health information from it. */
@Controller()
export class RegisterAgreement {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: AgreementDesk,
    private readonly calendar: TenantCalendar,
    private readonly clock: Clock,
  ) {}

  @Handles(operation)
  async handle(request: RegisterAgreementRequest, ctx: TenantContext): Promise<AgreementMessage> {
    const facts = { party: 'subcontractor', by: ctx.actor.id, timeZone: this.calendar.zoneOf(ctx) } as const;
    const agreement = registerAgreement(request, { ...facts, now: this.clock.now() });
    return this.tenants.transaction(ctx, (tx) => this.desk.register(tx, ctx.tenantId, agreement));
  }
}
