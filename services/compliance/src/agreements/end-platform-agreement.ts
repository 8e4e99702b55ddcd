import { Controller } from '@nestjs/common';
import {
  endPlatformAgreement,
  type Agreement as AgreementMessage,
  type EndPlatformAgreementRequest,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { AgreementDesk } from './agreement-desk.js';
import { PlatformAgreements } from './platform-agreements.js';

/** Ends what a tenant and the platform have signed. */
@Controller()
export class EndPlatformAgreement {
  constructor(
    private readonly platform: PlatformAgreements,
    private readonly desk: AgreementDesk,
  ) {}

  @Handles(endPlatformAgreement)
  async handle(request: EndPlatformAgreementRequest, ctx: TenantContext): Promise<AgreementMessage> {
    const { tenantId, agreementId, reason } = request;
    return this.platform.transaction(ctx, tenantId, (tx) =>
      this.desk.end(tx, { tenantId, agreementId, party: 'platform' }, { by: ctx.actor.id, reason }),
    );
  }
}
