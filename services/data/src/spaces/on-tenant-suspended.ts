import { Controller } from '@nestjs/common';
import { TenantSuspended } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { changeOpenness } from './change-openness.js';

/** A suspended tenant's database role loses its schema, whoever holds a session with it. */
@Controller()
export class OnTenantSuspended {
  @On(TenantSuspended, { consumer: 'data.spaces' })
  async handle({ version }: TenantSuspended, tx: Transaction): Promise<void> {
    await changeOpenness(tx, false, version);
  }
}
