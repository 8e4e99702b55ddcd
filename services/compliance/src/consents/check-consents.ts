import { Controller } from '@nestjs/common';
import { checkConsents, type CheckConsentsRequest, type CheckConsentsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { answerOf } from './consent.js';
import { findStates, type StateRow, stateOf } from './consent.table.js';

/** Says whether purposes are allowed for somebody: one flight to the database, whatever their number. */
@Controller()
export class CheckConsents {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(checkConsents)
  async handle({ subject, purposes, gpc }: CheckConsentsRequest, ctx: TenantContext): Promise<CheckConsentsResponse> {
    const states = await this.tenants.query<StateRow>(ctx, findStates(subject, purposes));
    const now = this.clock.now();
    return { answers: states.map((row) => answerOf(stateOf(row), gpc, now)) };
  }
}
