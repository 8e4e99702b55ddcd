import { Controller } from '@nestjs/common';
import { OwnerEstablished } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { On } from '@tenantry/messaging';
import { takeDone } from './saga.js';

/** The owner exists. */
@Controller()
export class OnOwnerEstablished {
  constructor(private readonly clock: Clock) {}

  @On(OwnerEstablished, { consumer: 'tenants.provisioning' })
  async handle({ attempt }: OwnerEstablished, tx: Transaction): Promise<void> {
    await takeDone(tx, 'owner', attempt, this.clock.now());
  }
}
