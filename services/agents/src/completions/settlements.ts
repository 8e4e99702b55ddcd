import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Logger } from '@tenantry/service';
import { TokenAllowances } from '../tokens/token-allowances.js';
import { saveSettled, type Rows } from './completion.table.js';
import { Spending } from './spending.js';

/** So long calls of a tenant that were settled wait to be written down together. */
const TOGETHER_MS = 100;

interface Settled {
  readonly ctx: TenantContext;
  readonly ids: string[];
}

/**
 * Counts what calls cost after they have ended. The answer does not wait for it: until it is done the whole hold counts, so nobody can spend
 * more meanwhile. What fails here, or is lost with the process, a schedule does again, and billing counts it once.
 */
@Injectable()
export class Settlements implements OnModuleDestroy {
  private readonly settling = new Set<Promise<void>>();
  private waiting = new Map<string, Settled>();
  private timer: NodeJS.Timeout | null = null;

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
  async add(ctx: TenantContext, id: string, costNanos: bigint): Promise<void> {
    const facts = { tenantId: ctx.tenantId, completionId: id };
    const counted = this.follow(
      this.spending.settle(ctx, id, costNanos).then(() => this.note(ctx, id)),
      (err) => this.log.warn({ ...facts, err }, 'A call could not be settled; it is tried again'),
    );
    if (await this.allowances.isReserved(ctx)) await counted;
  }

  /** Waits for what is being settled, and writes it down. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.settling);
    this.write();
    await Promise.all(this.settling);
  }

  /** A tenant's calls are written down together: nothing hangs on when. */
  private note(ctx: TenantContext, id: string): void {
    const settled = this.waiting.get(ctx.tenantId) ?? { ctx, ids: [] };
    settled.ids.push(id);
    this.waiting.set(ctx.tenantId, settled);
    this.timer ??= setTimeout(() => this.write(), TOGETHER_MS);
  }

  private write(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const taken = [...this.waiting.values()];
    this.waiting = new Map();
    for (const { ctx, ids } of taken) {
      const rows: Rows = { query: (statement) => this.tenants.write(ctx, statement) };
      void this.follow(saveSettled(rows, ids, this.clock.now()), (err) =>
        this.log.warn(
          { err, tenantId: ctx.tenantId, calls: ids.length },
          'That calls are settled could not be written; they are settled again',
        ),
      );
    }
  }

  /** Never fails. */
  private follow(work: Promise<void>, onFailure: (error: unknown) => void): Promise<void> {
    const settling: Promise<void> = work.catch(onFailure).finally(() => this.settling.delete(settling));
    this.settling.add(settling);
    return settling;
  }
}
