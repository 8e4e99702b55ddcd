import { Injectable } from '@nestjs/common';
import { Clock, Fault } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import type { Exchange, Step } from './exchange.js';

const DAY_MS = 86_400_000;

/**
 * Lets members in only with a password that is as young as their tenant wants; with an older one they can do what concerns themselves alone, such as
 * changing it. The platform's staff who come by a grant are no members. A token that does not say how old the password is was signed by an earlier
 * version, and is exchanged for one that does.
 */
@Injectable()
export class PasswordAge implements Step {
  constructor(
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  run({ credential, operation, party }: Exchange): void {
    if (credential.kind !== 'session' || operation.scope === 'self' || party.support) return;
    const days = this.directories.policies.get(party.tenantId)?.passwordMaxAgeDays ?? null;
    if (days === null) return;
    const { passwordSetAtMs } = credential;
    if (passwordSetAtMs === null)
      throw new Fault('unauthenticated', { detail: 'The access token is too old; refresh it' });
    if (this.clock.now().getTime() - passwordSetAtMs < days * DAY_MS) return;
    throw new Fault('password-expired', {
      detail: `This tenant takes passwords for ${days} days. Change yours, then refresh your session`,
    });
  }
}
