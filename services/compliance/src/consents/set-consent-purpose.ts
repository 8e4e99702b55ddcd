import { Controller } from '@nestjs/common';
import {
  type ConsentPurpose,
  ConsentPurposeSet,
  setConsentPurpose,
  type SetConsentPurposeRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { countOtherPurposes, savePurpose } from './consent.table.js';

const MAX_PURPOSES = 200;

/** Says how a purpose is decided, from the commit on. */
@Controller()
export class SetConsentPurpose {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(setConsentPurpose)
  handle(request: SetConsentPurposeRequest, ctx: TenantContext): Promise<ConsentPurpose> {
    const { purpose, model, version, askAgain, honoursGpc } = request;
    const set = { purpose, model, version, askAgain, honoursGpc, setAt: this.clock.now() };
    return this.tenants.transaction(ctx, async (tx) => {
      if ((await countOtherPurposes(tx, purpose)) >= MAX_PURPOSES) {
        throw new Fault('conflict', { detail: `A tenant has at most ${MAX_PURPOSES} purposes` });
      }
      await savePurpose(tx, set);
      const change = { resource: 'consent_purpose', id: purpose, action: 'update' as const };
      const changes = [{ ...change, new: { model, version, askAgain, honoursGpc } }];
      tx.publish(new ConsentPurposeSet({ purpose, version }), { changes });
      return set;
    });
  }
}
