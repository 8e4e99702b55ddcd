import { Injectable } from '@nestjs/common';
import type { Erasure } from '@tenantry/contracts';
import { PlanDesk } from '../places/plan-desk.js';
import { erasureMessage } from './erasure-plan.js';

/** How erasures change. */
@Injectable()
export class ErasureDesk extends PlanDesk<Erasure> {
  protected override readonly kind = 'erasure';
  protected override readonly message = erasureMessage;
}
