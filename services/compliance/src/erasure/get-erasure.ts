import { Controller } from '@nestjs/common';
import { type Erasure, getErasure, type GetErasureRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ErasureDesk } from './erasure-desk.js';

/** Gives an erasure's plan and how far it is. */
@Controller()
export class GetErasure {
  constructor(private readonly desk: ErasureDesk) {}

  @Handles(getErasure)
  handle({ erasureId }: GetErasureRequest, ctx: TenantContext): Promise<Erasure> {
    return this.desk.get(ctx, erasureId);
  }
}
