import { Controller } from '@nestjs/common';
import { TenantReactivated } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { changeOpenness } from './change-openness.js';

/** A tenant that is open again gets its schema back. */
@Controller()
export class OnTenantReactivated {
  @On(TenantReactivated, { consumer: 'data.spaces' })
  async handle({ version }: TenantReactivated, tx: Transaction): Promise<void> {
    await changeOpenness(tx, true, version);
  }
}
