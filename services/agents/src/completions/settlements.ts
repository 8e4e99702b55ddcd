import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Logger } from '@tenantry/service';
import { writing } from '../rows.js';
import { TokenAllowances } from '../tokens/token-allowances.js';
import { saveSettled } from './completion.table.js';
import { MOST_SETTLED, Spending, type EndedCall } from './spending.js';

/** From one settlement of a tenant's calls to its next: they change the same budgets, and together they cost what one costs. */
const PACE_MS = 100;

/** Calls of a tenant that wait to be settled together. */
interface Line {
  readonly tenantId: string;
  /** Of the call that ended last. */
  ctx: TenantContext;
  calls: EndedCall[];
  /** Until it rings, calls wait. */
  pause: NodeJS.Timeout | null;
}

/**
 * Counts what calls cost after they have ended: at once in a quiet moment, those that end soon after another together. The answer does not wait for
 * it: until it is done the whole hold counts, so nobody can spend more meanwhile. What fails here, or is lost with the process, a schedule does
 * again, and billing counts it once.
 */
@Injectable()
export class Settlements implements OnModuleDestroy {
  private readonly settling = new Set<Promise<void>>();
  private readonly lines = new Map<string, Line>();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly spending: Spending,
    private readonly allowances: TokenAllowances,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /**
   * Settles a call some moments later, at what the commit that ended it holds. Waits for it only when the call was a part of what is held for
   * its token: whoever asked may ask again at once, and then needs the rest.
   */
  async add(ctx: TenantContext, call: EndedCall): Promise<void> {
    const isReserved = await this.allowances.isReserved(ctx);
    const line = this.lineOf(ctx);
    line.calls.push(call);
    if (isReserved) await this.settle(line);
    else if (!line.pause || line.calls.length === MOST_SETTLED) void this.settle(line);
  }

  /** Settles what waits, and waits for it. */
  async onModuleDestroy(): Promise<void> {
    for (const line of this.lines.values()) {
      if (line.calls.length > 0) void this.settle(line);
      if (line.pause) clearTimeout(line.pause);
    }
    await Promise.all(this.settling);
  }

  private lineOf(ctx: TenantContext): Line {
    const { tenantId } = ctx;
    const line = this.lines.get(tenantId) ?? { tenantId, ctx, calls: [], pause: null };
    line.ctx = ctx;
    this.lines.set(tenantId, line);
    return line;
  }

  /** Never fails. */
  private settle(line: Line): Promise<void> {
    const { tenantId, ctx, calls } = line;
    line.calls = [];
    if (line.pause) clearTimeout(line.pause);
    line.pause = setTimeout(() => this.goOn(line), PACE_MS);
    const settling: Promise<void> = this.settleAll(ctx, calls)
      .catch((err: unknown) =>
        this.log.warn({ err, tenantId, calls: calls.length }, 'Calls could not be settled; they are tried again'),
      )
      .finally(() => this.settling.delete(settling));
    this.settling.add(settling);
    return settling;
  }

  private goOn(line: Line): void {
    line.pause = null;
    if (line.calls.length > 0) void this.settle(line);
    else this.lines.delete(line.tenantId);
  }

  private async settleAll(ctx: TenantContext, calls: readonly EndedCall[]): Promise<void> {
    await this.spending.settleAll(ctx, calls);
    const ids = calls.map(({ id }) => id);
    await saveSettled(writing(this.tenants, ctx), ids, this.clock.now());
  }
}
