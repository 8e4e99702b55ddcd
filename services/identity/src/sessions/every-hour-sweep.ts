import { Controller } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { sweep } from './sweep.table.js';

/** Removes what time has ended: sessions, tokens, links, counted failures, preparations that nobody used. */
@Controller()
export class EveryHourSweep {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'identity.sweep', intervalMs: 3_600_000 })
  async handle(): Promise<void> {
    await sweep(this.control, this.clock.now());
  }
}
