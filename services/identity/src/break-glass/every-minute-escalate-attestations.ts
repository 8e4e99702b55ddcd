import { Controller } from '@nestjs/common';
import { BreakGlassOverdue } from '@tenantry/contracts';
import { ControlDatabase, type Transaction } from '@tenantry/database';
import { Clock, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { breakGlassJob, markOverdue } from './emergency-access.table.js';

const BATCH = 200;

/** Announces emergency access that nobody attested in time, once each: to the tenant, and to the platform. */
@Controller()
export class EveryMinuteEscalateAttestations {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'identity.attestations', intervalMs: 60_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = breakGlassJob(this.control);
    while (!signal.aborted && (await job.transaction((tx) => this.escalate(tx))) === BATCH);
  }

  private async escalate(tx: Transaction): Promise<number> {
    const late = await markOverdue(tx, this.clock.now(), BATCH);
    for (const { tenantId, id: accessId, staffId } of late) {
      const event = new BreakGlassOverdue({ accessId, staffId });
      tx.publish(event, { tenantId });
      tx.publish(event, { tenantId: PLATFORM_TENANT_ID });
    }
    return late.length;
  }
}
