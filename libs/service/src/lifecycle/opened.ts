import { inTime } from '@tenantry/kernel';
import type { Logger } from '../logger.js';

interface Part {
  readonly name: string;
  readonly close: () => unknown;
}

/** For every part that is left when the others took all the time there was. */
const LEAST_MS = 1_000;

/**
 * What a start has opened, closed in the opposite order. A part that fails to close, or waits for something that never comes, is named in the
 * log and does not keep the others open.
 */
export class Opened {
  private readonly parts: Part[] = [];

  /** `timeoutMs` is for all parts together. */
  constructor(
    private readonly timeoutMs: number,
    private readonly log: Logger,
  ) {}

  add(name: string, close: () => unknown): void {
    this.parts.push({ name, close });
  }

  /** What is open, in the order in which it was opened. */
  get names(): readonly string[] {
    return this.parts.map(({ name }) => name);
  }

  /** Never fails; a second call finds nothing to do. */
  async close(): Promise<void> {
    const deadlineMs = Date.now() + this.timeoutMs;
    for (let part = this.parts.pop(); part; part = this.parts.pop()) {
      await this.closeOne(part, Math.max(LEAST_MS, deadlineMs - Date.now()));
    }
  }

  private async closeOne({ name, close }: Part, timeoutMs: number): Promise<void> {
    try {
      const closing = Promise.resolve().then(() => close());
      await inTime(closing, timeoutMs, () => new Error(`not closed within ${timeoutMs} ms`));
    } catch (err) {
      this.log.warn({ err, part: name }, 'Not everything could be closed in order');
    }
  }
}
