import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { AgentEvent } from '@tenantry/contracts';
import { ControlDatabase, TenantDatabase, type Subscription } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Logger } from '@tenantry/service';
import { serviceContext } from '../models/platform-context.js';
import { reading } from '../rows.js';
import { CHANNEL, eventsAfter, findHead, findHeads } from './agent-event.table.js';

/** How many events are read at once: all that a stream holds in memory. */
export const PAGE = 100;
/** Streams of one tenant in one process; beyond it others would have none. */
const MAX_STREAMS_OF_TENANT = 500;

/** The streams of one tenant in this process. */
interface Followed {
  streams: number;
  /** The newest position that is known; null: not looked yet. */
  head: bigint | null;
  readonly waiting: Set<() => void>;
  /** Reads that are under way, by where they begin: streams at the same place share one. */
  readonly reads: Map<bigint, Promise<AgentEvent[]>>;
}

/**
 * What follows the events of tenants. Postgres tells every process that there is more; one statement then finds which of the followed
 * tenants it concerns, and streams at the same place share one read. Nothing is buffered: a slow reader reads later.
 */
@Injectable()
export class EventFeed implements OnModuleDestroy {
  private readonly followed = new Map<string, Followed>();
  private subscription: Promise<Subscription> | null = null;
  private looking: Promise<void> | null = null;
  private isStale = false;

  constructor(
    private readonly control: ControlDatabase,
    private readonly tenants: TenantDatabase,
    private readonly log: Logger,
  ) {}

  /** Begins to follow a tenant; `close` ends it. @throws Fault `rate-limited` when the tenant has too many streams */
  async open({ tenantId, cell, mode }: TenantContext): Promise<FollowedTenant> {
    const known = this.followed.get(tenantId) ?? { streams: 0, head: null, waiting: new Set(), reads: new Map() };
    if (known.streams >= MAX_STREAMS_OF_TENANT) {
      const detail = `This tenant follows its events in ${MAX_STREAMS_OF_TENANT} streams already; close some`;
      throw new Fault('rate-limited', { detail, retryAfterS: 10 });
    }
    known.streams += 1;
    this.followed.set(tenantId, known);
    const close = (): void => this.close(tenantId, known);
    try {
      await (this.subscription ??= this.control.listen(CHANNEL, () => this.look()));
    } catch (error) {
      this.subscription = null;
      close();
      throw error;
    }
    return new FollowedTenant(this.tenants, serviceContext(tenantId, { cell, mode }), known, close);
  }

  async onModuleDestroy(): Promise<void> {
    await (await this.subscription)?.close();
    await this.looking;
  }

  private close(tenantId: string, known: Followed): void {
    known.streams -= 1;
    if (known.streams === 0) this.followed.delete(tenantId);
  }

  /** Looks which tenants have more; what is told meanwhile is looked at once more. */
  private look(): void {
    this.isStale = true;
    this.looking ??= this.lookUntilFresh();
  }

  private async lookUntilFresh(): Promise<void> {
    try {
      while (this.isStale) {
        this.isStale = false;
        this.tell(await findHeads(this.control.job('agents_events'), [...this.followed.keys()]));
      }
    } catch (err) {
      this.log.warn({ err }, 'Events of agents could not be looked for; streams look again by themselves');
    }
    this.looking = null; // in the same turn as the last look at `isStale`
  }

  private tell(heads: ReadonlyMap<string, bigint>): void {
    for (const [tenantId, head] of heads) {
      const known = this.followed.get(tenantId);
      if (!known || known.head === head) continue;
      known.head = head;
      known.waiting.forEach((wake) => wake());
    }
  }
}

/** One stream's view of its tenant. */
export class FollowedTenant {
  private isClosed = false;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly ctx: TenantContext,
    private readonly known: Followed,
    private readonly onClose: () => void,
  ) {}

  /** The position of the newest event. */
  head(): Promise<bigint> {
    return findHead(reading(this.tenants, this.ctx));
  }

  /** At most a page of events behind a position. */
  after(position: bigint): Promise<AgentEvent[]> {
    const { reads } = this.known;
    const shared = reads.get(position) ?? eventsAfter(reading(this.tenants, this.ctx), position, PAGE);
    if (!reads.has(position)) {
      reads.set(position, shared);
      const done = (): void => void reads.delete(position);
      shared.then(done, done);
    }
    return shared;
  }

  /** Waits until there is more behind a position, time is over, or the signal is aborted. */
  async more(position: bigint, signal: AbortSignal, timeoutMs: number): Promise<void> {
    const { head, waiting } = this.known;
    if (signal.aborted || (head !== null && head > position)) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.onClose();
  }
}
