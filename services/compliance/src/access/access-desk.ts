import { Injectable } from '@nestjs/common';
import type { Access } from '@tenantry/contracts';
import { PlanDesk } from '../places/plan-desk.js';
import { accessMessage } from './access-plan.js';

/** How copies change. */
@Injectable()
export class AccessDesk extends PlanDesk<Access> {
  protected override readonly kind = 'access';
  protected override readonly message = accessMessage;
}
