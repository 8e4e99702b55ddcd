import { Controller } from '@nestjs/common';
import { DataSpaceReady } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { On } from '@tenantry/messaging';
import { takeDone } from './saga.js';

/** The data space exists: key, schema and role, settings. */
@Controller()
export class OnDataSpaceReady {
  constructor(private readonly clock: Clock) {}

  @On(DataSpaceReady, { consumer: 'tenants.provisioning' })
  async handle({ attempt }: DataSpaceReady, tx: Transaction): Promise<void> {
    await takeDone(tx, 'data', attempt, this.clock.now());
  }
}
