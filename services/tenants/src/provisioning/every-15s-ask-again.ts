import { Controller } from '@nestjs/common';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { Registry } from '../registry/registry.js';
import { lockTenant } from '../registry/tenant.table.js';
import { askAgain, exhaustedStep, MAX_ASKS } from './provisioning.js';
import { findProvisioning, saveProvisioning, waitingSince } from './provisioning.table.js';
import { askForPreparation, giveUp } from './saga.js';

/** An answer that took longer than this is asked for again. */
export const PATIENCE_MS = 30_000;
const MAX_TENANTS = 100;

/** Asks again for what nobody has answered, and in the end gives up: no tenant stays half provisioned for ever. */
@Controller()
export class Every15sAskAgain {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'tenants.ask-again', intervalMs: 15_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const askedBefore = new Date(this.clock.now().getTime() - PATIENCE_MS);
    for (const tenantId of await waitingSince(this.registry.rows, askedBefore, MAX_TENANTS)) {
      if (signal.aborted) return;
      await this.askAgain(tenantId);
    }
  }

  private async askAgain(tenantId: string): Promise<void> {
    await this.registry.transaction(async (tx) => {
      const tenant = await lockTenant(tx, tenantId);
      const provisioning = await findProvisioning(tx, tenantId);
      if (tenant.status !== 'provisioning') return;
      const now = this.clock.now();
      const step = exhaustedStep(provisioning);
      if (step) {
        giveUp(tx, tenant, provisioning, { step, reason: `No answer after asking ${MAX_ASKS} times`, at: now });
        return;
      }
      const asked = askAgain(provisioning, now);
      saveProvisioning(tx, asked);
      askForPreparation(tx, tenant, asked);
    });
  }
}
