import { Controller } from '@nestjs/common';
import { type ErasureCertificate, getErasureCertificate, type GetErasureCertificateRequest } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ErasureDesk } from './erasure-desk.js';
import { resultOf } from './erasure-plan.js';

/** Gives the certificate of an erasure that is done. */
@Controller()
export class GetErasureCertificate {
  constructor(private readonly desk: ErasureDesk) {}

  @Handles(getErasureCertificate)
  async handle({ erasureId }: GetErasureCertificateRequest, ctx: TenantContext): Promise<ErasureCertificate> {
    const { plan } = await this.desk.find(ctx, erasureId);
    const { certificate } = resultOf(plan);
    if (!certificate)
      throw new Fault('conflict', { detail: `The erasure is ${plan.status}; its certificate comes when it is done` });
    return certificate;
  }
}
