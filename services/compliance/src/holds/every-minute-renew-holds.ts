import { Controller } from '@nestjs/common';
import { LegalHoldRenewed } from '@tenantry/contracts';
import { ControlDatabase, TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { PlanWork } from '../places/plan-work.js';
import { holdsToTell, noteTold, type DueHold } from './legal-hold.table.js';
import { HoldKeepers } from './hold-keepers.js';

const HOLDS_A_TURN = 100;
/** Each telling is an entry in the audit log. */
const TELL_EVERY_MS = 86_400_000;

/**
 * Tells whoever keeps to holds which are in force: each once a day, and all of them after a start, because a service that was restored, or learned of
 * holds only now, does not know the older ones. As when a hold is placed, rows and conversations are held first and the commit that finds it still in force confirms it; so one that is released meanwhile
 * stays released, and after a crash the next turn begins with what was not noted.
 */
@Controller()
export class EveryMinuteRenewHolds {
  readonly #startedAt: Date;

  constructor(
    private readonly control: ControlDatabase,
    private readonly tenants: TenantDatabase,
    private readonly keepers: HoldKeepers,
    private readonly work: PlanWork,
  ) {
    this.#startedAt = work.clock.now();
  }

  @Every({ name: 'compliance.holds', intervalMs: 60_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const aDayAgo = this.work.clock.now().getTime() - TELL_EVERY_MS;
    const since = new Date(Math.max(aDayAgo, this.#startedAt.getTime()));
    const job = this.control.job('compliance_runner');
    for (const hold of await holdsToTell(job, since, HOLDS_A_TURN)) {
      if (signal.aborted) return;
      await this.#renew(hold, signal);
    }
  }

  async #renew(hold: DueHold, signal: AbortSignal): Promise<void> {
    const ctx = this.work.contexts.of(hold.tenantId, hold.id, 'compliance', signal);
    const told = [
      await this.#tell(hold, ctx, () => this.keepers.holdRows(ctx, hold)),
      await this.#tell(hold, ctx, () => this.keepers.holdConversations(ctx, hold)),
    ];
    if (told.includes(false)) return;
    await this.tenants.transaction(ctx, async (tx) => {
      if (await noteTold(tx, hold.id, this.work.clock.now())) tx.publish(new LegalHoldRenewed({ holdId: hold.id }));
    });
  }

  /** Answers whether a service was told; what it refuses, e.g. of a table that is gone, it has nothing to hold of. */
  async #tell(hold: DueHold, ctx: TenantContext, tell: () => Promise<unknown>): Promise<boolean> {
    try {
      await tell();
      return true;
    } catch (err) {
      if (ctx.signal?.aborted || !(err instanceof Fault)) throw err;
      this.work.log.warn({ err, holdId: hold.id, tenantId: hold.tenantId }, 'A legal hold could not be renewed');
      return err.status < 500;
    }
  }
}
