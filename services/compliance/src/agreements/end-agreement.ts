import { Controller } from '@nestjs/common';
import { endAgreement, type Agreement as AgreementMessage, type EndAgreementRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { AgreementDesk } from './agreement-desk.js';

/** Ends what the tenant has signed with somebody else than the platform. */
@Controller()
export class EndAgreement {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: AgreementDesk,
  ) {}

  @Handles(endAgreement)
  async handle({ agreementId, reason }: EndAgreementRequest, ctx: TenantContext): Promise<AgreementMessage> {
    const which = { tenantId: ctx.tenantId, agreementId, party: 'subcontractor' } as const;
    return this.tenants.transaction(ctx, (tx) => this.desk.end(tx, which, { by: ctx.actor.id, reason }));
  }
}
