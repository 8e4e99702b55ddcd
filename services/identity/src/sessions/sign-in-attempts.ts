import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { Clock, Fault } from '@tenantry/kernel';
import { countAttempt, forgetAttempt, type AttemptRules } from './attempt.table.js';

const FREE_PER_ACCOUNT = 5;
/** Many people may share an address. */
const FREE_PER_ADDRESS = 50;
const rules: AttemptRules = { windowS: 900, maxWaitS: 900 };

/**
 * Slows down guessing: after some failures on an account, or from an address, each further one doubles the wait, up to a
 * quarter of an hour. Accounts that do not exist are counted alike. Counted in Postgres, for all replicas together.
 */
@Injectable()
export class SignInAttempts {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `too-many-attempts` with the seconds to wait */
  async begin(account: string, address: string | null): Promise<void> {
    const now = this.clock.now();
    const counters = [{ key: keyOf('account', account), free: FREE_PER_ACCOUNT }];
    if (address) counters.push({ key: keyOf('address', address), free: FREE_PER_ADDRESS });
    const until = await countAttempt(this.control, counters, rules, now);
    if (until)
      throw new Fault('too-many-attempts', {
        retryAfterS: Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000)),
      });
  }

  /** Called when the password was right. */
  async succeeded(account: string, address: string | null): Promise<void> {
    await forgetAttempt(this.control, keyOf('account', account), address ? keyOf('address', address) : null);
  }
}

function keyOf(kind: 'account' | 'address', name: string): Buffer {
  return createHash('sha256').update(`${kind}:${name}`).digest();
}
