import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { recordGatewayCalls, RecordGatewayCallsRequest, TenantCalls } from '@tenantry/contracts';
import { Clock, newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import type { Exchange, Step } from './exchange.js';
import { ownContext } from './own-context.js';

const REPORT_EVERY_MS = 10_000;
const REPORT_TIMEOUT_MS = 5_000;
const MAX_TENANTS_A_REPORT = 1_000;

/**
 * Counts the calls of each tenant that were let in, and reports them together: what the platform counts, no tenant can leave out. A report
 * keeps its id and what it says until billing has taken it, so that it counts once, however often it is sent; what comes meanwhile waits in
 * the next. Memory holds one number a tenant. What was counted since the last report is lost when the process dies.
 */
@Injectable()
export class MeterCalls implements Step, OnApplicationBootstrap, OnModuleDestroy {
  private calls = new Map<string, number>();
  private pending: RecordGatewayCallsRequest[] = [];
  private timer: NodeJS.Timeout | undefined;
  private reporting: Promise<void> | null = null;

  constructor(
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.report(), REPORT_EVERY_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.report();
    await this.report(); // what was counted while the last one was on its way
  }

  run({ party: { tenantId } }: Exchange): void {
    if (tenantId !== PLATFORM_TENANT_ID) this.calls.set(tenantId, (this.calls.get(tenantId) ?? 0) + 1);
  }

  /** Reports what was counted since the last time, or what billing has not taken yet. One report is on its way at a time. */
  async report(): Promise<void> {
    this.reporting ??= this.send().finally(() => (this.reporting = null));
    await this.reporting;
  }

  private async send(): Promise<void> {
    if (this.pending.length === 0) this.pending = this.cut();
    try {
      for (let next = this.pending[0]; next; next = this.pending[0]) {
        await this.rpc.call(recordGatewayCalls, next, ownContext(REPORT_TIMEOUT_MS), { timeoutMs: REPORT_TIMEOUT_MS });
        this.pending.shift();
      }
    } catch (err) {
      this.log.warn({ err, reports: this.pending.length }, 'Calls could not be reported; they are sent again');
    }
  }

  /** Everything counted so far, as reports. */
  private cut(): RecordGatewayCallsRequest[] {
    const counted = [...this.calls].map(([tenantId, calls]) => Object.assign(new TenantCalls(), { tenantId, calls }));
    this.calls = new Map();
    const countedAt = this.clock.now();
    const starts = Array.from({ length: Math.ceil(counted.length / MAX_TENANTS_A_REPORT) }, (_, report) => report);
    return starts.map((report) => {
      const from = report * MAX_TENANTS_A_REPORT;
      const tenants = counted.slice(from, from + MAX_TENANTS_A_REPORT);
      return Object.assign(new RecordGatewayCallsRequest(), { reportId: newId(), countedAt, tenants });
    });
  }
}
