import { Controller } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import { AccessCollector } from '../access/access-collector.js';
import { Eraser } from '../erasure/eraser.js';
import { type DuePlan, duePlans } from './plan.table.js';

const PLANS_A_TURN = 20;
const AT_ONCE = 4;

/** Goes on with the plans that are due, of all tenants. One that fails waits and holds up no other. */
@Controller()
export class EverySecondRunPlans {
  constructor(
    private readonly control: ControlDatabase,
    private readonly collector: AccessCollector,
    private readonly eraser: Eraser,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  @Every({ name: 'compliance.plans', intervalMs: 1_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const due = await duePlans(this.control.job('compliance_runner'), this.clock.now(), PLANS_A_TURN);
    const waiting = due.values();
    const work = async (): Promise<void> => {
      for (const plan of waiting) {
        if (signal.aborted) return;
        await this.#run(plan, signal);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async #run({ tenantId, id, kind }: DuePlan, signal: AbortSignal): Promise<void> {
    try {
      await (kind === 'access' ? this.collector : this.eraser).run(tenantId, id, signal);
    } catch (err) {
      if (!signal.aborted) this.log.error({ err, planId: id, kind }, 'A plan could not go on; it is tried again');
    }
  }
}
