import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Logger } from '@tenantry/service';
import { saveSettled } from './completion.table.js';

/** So long calls of a tenant that were settled wait to be written down together. */
const TOGETHER_MS = 100;

interface Settled {
  readonly ctx: TenantContext;
  readonly ids: string[];
}

/**
 * Writes down which calls are settled, a tenant's together. Nothing hangs on when it is written: a call of which it is not written is settled
 * again by the schedule, and billing counts it once.
 */
@Injectable()
export class SettledCalls {
  private waiting = new Map<string, Settled>();
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  note(ctx: TenantContext, id: string): void {
    const settled = this.waiting.get(ctx.tenantId) ?? { ctx, ids: [] };
    settled.ids.push(id);
    this.waiting.set(ctx.tenantId, settled);
    this.timer ??= setTimeout(() => void this.flush(), TOGETHER_MS);
  }

  /** Writes what waits, and waits for what is being written. */
  async flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const taken = [...this.waiting.values()];
    this.waiting = new Map();
    this.writing = Promise.all([this.writing, ...taken.map((settled) => this.write(settled))]).then(() => undefined);
    await this.writing;
  }

  private async write({ ctx, ids }: Settled): Promise<void> {
    const rows = {
      query: <T extends object>(statement: Parameters<TenantDatabase['write']>[1]) =>
        this.tenants.write<T>(ctx, statement),
    };
    await saveSettled(rows, ids, this.clock.now()).catch((err: unknown) =>
      this.log.warn({ err, tenantId: ctx.tenantId, calls: ids.length }, 'That calls are settled could not be written'),
    );
  }
}
