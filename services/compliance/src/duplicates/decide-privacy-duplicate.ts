import { Controller } from '@nestjs/common';
import {
  decidePrivacyDuplicate,
  PrivacyDuplicateDecided,
  type DecidePrivacyDuplicateRequest,
  type PrivacyRequest as RequestMessage,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findRequest, lockRequestIfAny } from '../requests/privacy-request.table.js';
import { RequestDesk } from '../requests/request-desk.js';
import { decideDuplicate } from './duplicate.js';
import { findDuplicates } from './duplicate.table.js';

/** Says whether a duplicate is answered with the earlier request or by itself. */
@Controller()
export class DecidePrivacyDuplicate {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: RequestDesk,
  ) {}

  @Handles(decidePrivacyDuplicate)
  handle({ requestId, decision }: DecidePrivacyDuplicateRequest, ctx: TenantContext): Promise<RequestMessage> {
    return this.tenants.transaction(ctx, async (tx) => {
      const { duplicateOf } = await findRequest(tx, requestId);
      // The earlier one first, as everybody locks them: it must not be closed meanwhile.
      const earlier = duplicateOf === null ? undefined : await lockRequestIfAny(tx, duplicateOf);
      const merged = earlier ? (await findDuplicates(tx, earlier.id, 'merged')).length : 0;
      const changed = await this.desk.changeIn(tx, ctx, requestId, (before) => {
        const known = before.duplicateOf === duplicateOf ? earlier : undefined;
        const after = decideDuplicate(before, known, merged, decision as 'merge' | 'keep');
        const decided = after.duplicateDecision ?? '';
        return {
          after,
          entry: { kind: `duplicate_${decided}`, facts: { duplicateOf } },
          event: () => new PrivacyDuplicateDecided({ requestId, decision: decided }),
        };
      });
      return this.desk.print(changed, ctx);
    });
  }
}
