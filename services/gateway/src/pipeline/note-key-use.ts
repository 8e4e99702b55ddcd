import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyUse, recordKeyUse, RecordKeyUseRequest } from '@tenantry/contracts';
import { RpcClient } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import type { Exchange, Step } from './exchange.js';
import { ownContext } from './own-context.js';

const REPORT_EVERY_MS = 5_000;
const MAX_USES_A_REPORT = 1_000;
const REPORT_TIMEOUT_MS = 5_000;

/**
 * Takes note of which keys are in use, and reports them together every few seconds: when a key was last used is worth
 * knowing, but not worth a write per request. A report that fails is lost.
 */
@Injectable()
export class NoteKeyUse implements Step, OnApplicationBootstrap, OnModuleDestroy {
  private uses = new Map<string, KeyUse>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly rpc: RpcClient,
    private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.report(), REPORT_EVERY_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.report();
  }

  run({ credential }: Exchange): void {
    if (credential.kind !== 'key') return;
    const { keyId, tenantId } = credential.entry;
    this.uses.set(keyId, Object.assign(new KeyUse(), { keyId, tenantId, usedAt: new Date() }));
  }

  /** Reports what was used since the last time. */
  async report(): Promise<void> {
    const uses = [...this.uses.values()];
    this.uses = new Map();
    for (let from = 0; from < uses.length; from += MAX_USES_A_REPORT) {
      const input = Object.assign(new RecordKeyUseRequest(), { uses: uses.slice(from, from + MAX_USES_A_REPORT) });
      await this.rpc
        .call(recordKeyUse, input, ownContext(REPORT_TIMEOUT_MS), { timeoutMs: REPORT_TIMEOUT_MS })
        .catch((err: unknown) =>
          this.log.warn({ err, keys: input.uses.length }, 'The use of keys could not be reported'),
        );
    }
  }
}
