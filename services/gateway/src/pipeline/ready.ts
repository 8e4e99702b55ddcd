import { Injectable } from '@nestjs/common';
import { Fault } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import type { Step } from './exchange.js';

/** A watch is sent something at least every few seconds; silent for longer, it may have missed a revocation. */
const MAX_SILENCE_MS = 5_000;

/** Answers nothing on knowledge that may be out of date: what was suspended or revoked must not get through. */
@Injectable()
export class Ready implements Step {
  constructor(private readonly directories: Directories) {}

  /** The directories that can't be relied on now. */
  get stale(): readonly string[] {
    return this.directories.stale(MAX_SILENCE_MS);
  }

  run(): void {
    const { stale } = this;
    if (stale.length > 0) throw new Fault('unavailable', { retryAfterS: 1, cause: `no news of ${stale.join(', ')}` });
  }
}
