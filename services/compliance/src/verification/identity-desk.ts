import { Injectable } from '@nestjs/common';
import { PrivacyIdentityChecked } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { lockPerson } from '../duplicates/duplicate.table.js';
import { Duplicates } from '../duplicates/duplicates.js';
import type { TimedRequest } from '../requests/privacy-request.js';
import { findRequest } from '../requests/privacy-request.table.js';
import { RequestDesk } from '../requests/request-desk.js';
import { LEVELS } from '../requests/request-type.js';
import { checkIdentity } from './identity-check.js';
import { endMailed } from './verification-link.table.js';

/** How somebody's identity was checked, and with which result. */
export interface IdentityCheck {
  readonly method: string;
  readonly passed: boolean;
  /** What was compared, in words; kept sealed. */
  readonly evidence?: string;
}

/** The one way in which a proof of identity, or a failed one, is recorded; from then on duplicates may be known. */
@Injectable()
export class IdentityDesk {
  constructor(
    private readonly desk: RequestDesk,
    private readonly duplicates: Duplicates,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `not-found`, `conflict` */
  async record(tx: Transaction, ctx: TenantContext, requestId: string, check: IdentityCheck): Promise<TimedRequest> {
    const { method, passed, evidence = null } = check;
    await lockPerson(tx, await findRequest(tx, requestId));
    const checked = await this.desk.changeIn(tx, ctx, requestId, (before) => {
      const after = checkIdentity(before, method, passed);
      const verified = LEVELS[after.verifiedLevel] ?? 'none';
      return {
        after,
        entry: { kind: 'identity_checked', facts: { method, passed, verified }, text: evidence },
        event: () => new PrivacyIdentityChecked({ requestId, method, verified }),
      };
    });
    if (!passed) await endMailed(tx, requestId, this.clock.now());
    return this.duplicates.lookAgain(tx, ctx, checked);
  }
}
