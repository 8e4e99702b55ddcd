import { Injectable } from '@nestjs/common';
import { Fault, permits } from '@tenantry/kernel';
import type { Exchange, Step } from './exchange.js';

/** Refuses a caller whose role or key does not carry the operation's permission. The service checks it again. */
@Injectable()
export class Permission implements Step {
  run({ operation, party, credential }: Exchange): void {
    if (operation.permission !== null && !permits(party.permissions, operation.permission)) {
      throw new Fault('forbidden', { detail: `This needs the permission ${operation.permission}` });
    }
    if (credential.kind === 'key' && credential.entry.kind === 'public' && !operation.publicKeys) {
      throw new Fault('forbidden', { detail: 'Public keys may not do this' });
    }
  }
}
