import { Controller } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { keptSince } from './access-plan.js';
import { forgetPieces } from './piece.table.js';

/** Forgets what was collected for copies that nobody can fetch any more. */
@Controller()
export class EveryHourForgetCopies {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'compliance.copies', intervalMs: 3_600_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('compliance_runner');
    while (!signal.aborted && (await forgetPieces(job, keptSince(this.clock.now()))) > 0);
  }
}
