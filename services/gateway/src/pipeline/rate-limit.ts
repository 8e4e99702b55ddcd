import { Injectable } from '@nestjs/common';
import type { RateClass } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { GatewaySettings } from '../config.js';
import type { Exchange, Step } from './exchange.js';
import { Usage, type Allowance, type Standing } from './usage.js';

/** The part of the tenant's allowance that one credential may spend on a class of operations. */
const CREDENTIAL_SHARE: Readonly<Record<RateClass, number>> = { read: 1, write: 1, auth: 0.1, bulk: 0.1 };

/**
 * Bounds what a tenant asks, and what one of its credentials asks of the expensive classes. Every answer says where the
 * tenant stands (draft-ietf-httpapi-ratelimit-headers). Anonymous callers are bounded by their address alone.
 */
@Injectable()
export class RateLimit implements Step {
  private readonly usual: Allowance;

  constructor(
    private readonly usage: Usage,
    private readonly directories: Directories,
    settings: GatewaySettings,
  ) {
    this.usual = { ratePerS: settings.TENANT_RATE_PER_S, burst: settings.TENANT_BURST };
  }

  async run({ party, operation, answerHeaders }: Exchange): Promise<void> {
    if (party.credentialId === null) return;
    const allowance = this.allowanceOf(party.tenantId);
    const share = CREDENTIAL_SHARE[operation.rateClass];
    try {
      if (share < 1) await this.usage.take(`${party.credentialId} ${operation.rateClass}`, scale(allowance, share));
      describe(answerHeaders, await this.usage.take(`tenant ${party.tenantId}`, allowance));
    } catch (error) {
      if (error instanceof Fault) answerHeaders.ratelimit = `"tenant";r=0;t=${error.retryAfterS}`;
      throw error;
    }
  }

  private allowanceOf(tenantId: string): Allowance {
    const policy = this.directories.policies.get(tenantId);
    if (!policy?.ratePerS) return this.usual;
    return { ratePerS: policy.ratePerS, burst: Math.max(policy.burst ?? 0, policy.ratePerS) };
  }
}

function scale({ ratePerS, burst }: Allowance, share: number): Allowance {
  return { ratePerS: ratePerS * share, burst: Math.ceil(burst * share) };
}

function describe(headers: Record<string, string>, { quota, windowS, remaining, resetS }: Standing): void {
  headers['ratelimit-policy'] = `"tenant";q=${quota};w=${windowS}`;
  headers.ratelimit = `"tenant";r=${remaining};t=${resetS}`;
}
