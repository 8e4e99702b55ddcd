import { Controller } from '@nestjs/common';
import { DataSpaceFailed } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { On } from '@tenantry/messaging';
import { takeFailed } from './saga.js';

/** Without a data space there is no tenant. */
@Controller()
export class OnDataSpaceFailed {
  constructor(private readonly clock: Clock) {}

  @On(DataSpaceFailed, { consumer: 'tenants.provisioning' })
  async handle({ attempt, reason }: DataSpaceFailed, tx: Transaction): Promise<void> {
    await takeFailed(tx, 'data', attempt, { reason, at: this.clock.now() });
  }
}
