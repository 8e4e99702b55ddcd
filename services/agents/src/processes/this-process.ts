import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import { Logger } from '@tenantry/service';
import { sayAlive } from './process.table.js';

/** Names this process among those of the service, for as long as it lives. */
export const PROCESS_ID = newId();

const EVERY_MS = 2_000;

/** Says that this process lives, for as long as it does: what it has begun is nobody else's to end. */
@Injectable()
export class ThisProcess implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private saying: Promise<void> | null = null;

  constructor(
    private readonly control: ControlDatabase,
    private readonly log: Logger,
  ) {}

  /** @throws when the database can't be told: a process that nobody knows to be alive begins nothing. */
  async onApplicationBootstrap(): Promise<void> {
    await sayAlive(this.control.job('agents_completions'), PROCESS_ID);
    this.timer = setInterval(() => (this.saying ??= this.say()), EVERY_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.saying;
  }

  private async say(): Promise<void> {
    try {
      await sayAlive(this.control.job('agents_completions'), PROCESS_ID);
    } catch (err) {
      this.log.warn({ err }, 'That this process is alive could not be said; it is said again');
    } finally {
      this.saying = null;
    }
  }
}
