import { Injectable } from '@nestjs/common';
import { Fault } from '@tenantry/kernel';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { Fleet } from '../fleet.js';

/** How much may be used: on average, and at once. */
export interface Allowance {
  readonly ratePerS: number;
  readonly burst: number;
}

/** Where somebody stands within their allowance. */
export interface Standing {
  /** Requests in a window. */
  readonly quota: number;
  readonly windowS: number;
  readonly remaining: number;
  readonly resetS: number;
}

/**
 * Counts uses by key. An allowance is a window: `burst` uses every `burst ÷ ratePerS` seconds, of which this gateway
 * grants its part. The limit comes with each use, because policies and the number of gateways change.
 */
@Injectable()
export class Usage {
  private readonly windows = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: 1 });

  constructor(private readonly fleet: Fleet) {}

  /** @throws Fault `rate-limited` that says when to come back */
  async take(key: string, { ratePerS, burst }: Allowance): Promise<Standing> {
    const windowS = Math.max(1, Math.ceil(burst / ratePerS));
    const quota = Math.ceil(burst / this.fleet.size);
    const { consumedPoints, msBeforeNext } = await this.windows.consume(key, 1, { customDuration: windowS });
    const resetS = Math.ceil(msBeforeNext / 1000);
    if (consumedPoints > quota) {
      const detail = `More than ${quota} requests within ${windowS} s; ask again in ${resetS} s`;
      throw new Fault('rate-limited', { detail, retryAfterS: resetS });
    }
    return { quota, windowS, remaining: quota - consumedPoints, resetS };
  }
}
