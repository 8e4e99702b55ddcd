import { Controller } from '@nestjs/common';
import {
  ConsentRecorded,
  recordConsent,
  type ConsentRecord as Message,
  type RecordConsentRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { openRecord } from './consent.js';
import { ConsentProofs } from './consent-proofs.js';
import { consentChange, insertRecord } from './consent.table.js';

/** Records that somebody agreed to a purpose, or took it back. */
@Controller()
export class RecordConsent {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly proofs: ConsentProofs,
    private readonly clock: Clock,
  ) {}

  @Handles(recordConsent)
  async handle(request: RecordConsentRequest, ctx: TenantContext): Promise<Message> {
    const record = openRecord(request, ctx.actor.id, this.clock.now());
    const kept = await this.proofs.seal(ctx.tenantId, record);
    return this.tenants.transaction(ctx, async (tx) => {
      await insertRecord(tx, kept);
      const { id: recordId, purpose, action: consentAction } = record;
      tx.publish(new ConsentRecorded({ recordId, purpose, consentAction }), { changes: [consentChange(record)] });
      return { ...record };
    });
  }
}
