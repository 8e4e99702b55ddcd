import { Injectable } from '@nestjs/common';
import { GatewaySettings } from '../config.js';
import { networkOf } from '../addresses.js';
import type { Exchange, Step } from './exchange.js';
import { Usage, type Allowance } from './usage.js';

/** Bounds what one network address may ask before anybody looks at its credential; signing in much more tightly. */
@Injectable()
export class LimitByAddress implements Step {
  private readonly any: Allowance;
  private readonly signIn: Allowance;

  constructor(
    private readonly usage: Usage,
    settings: GatewaySettings,
  ) {
    this.any = { ratePerS: settings.ADDRESS_RATE_PER_S, burst: settings.ADDRESS_BURST };
    this.signIn = { ratePerS: settings.SIGN_IN_RATE_PER_S, burst: settings.SIGN_IN_BURST };
  }

  async run({ incoming, operation }: Exchange): Promise<void> {
    const network = networkOf(incoming.clientIp);
    await this.usage.take(`address ${network}`, this.any);
    if (operation.rateClass === 'auth') await this.usage.take(`sign-in ${network}`, this.signIn);
  }
}
