import { Controller } from '@nestjs/common';
import { OwnerFailed } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { On } from '@tenantry/messaging';
import { takeFailed } from './saga.js';

/** Without an owner there is no tenant. */
@Controller()
export class OnOwnerFailed {
  constructor(private readonly clock: Clock) {}

  @On(OwnerFailed, { consumer: 'tenants.provisioning' })
  async handle({ attempt, reason }: OwnerFailed, tx: Transaction): Promise<void> {
    await takeFailed(tx, 'owner', attempt, { reason, at: this.clock.now() });
  }
}
