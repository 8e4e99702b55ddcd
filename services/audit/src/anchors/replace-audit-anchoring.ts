import { Controller } from '@nestjs/common';
import {
  AuditAnchoringReplaced,
  replaceAuditAnchoring,
  type AuditAnchoring,
  type ReplaceAuditAnchoringRequest,
} from '@tenantry/contracts';
import { TenantDatabase, type AuditValue, type RowChange } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { RecordedValues } from '../recording/recorded-values.js';
import { toAnchoring, type Anchoring } from './anchoring.js';
import { findAnchoring, findPlaces, saveAnchoring } from './anchoring.table.js';

const RESOURCE = 'audit_anchoring';

/** Chooses where the log's heads are kept besides the store. */
@Controller()
export class ReplaceAuditAnchoring {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly values: RecordedValues,
    private readonly clock: Clock,
  ) {}

  @Handles(replaceAuditAnchoring)
  handle(request: ReplaceAuditAnchoringRequest, ctx: TenantContext): Promise<AuditAnchoring> {
    const anchoring = toAnchoring(request);
    return this.tenants.transaction(ctx, async (tx) => {
      const old = await findAnchoring(tx);
      await saveAnchoring(tx, anchoring, this.clock.now());
      const event = new AuditAnchoringReplaced({
        mailed: anchoring.email !== null,
        witnessed: anchoring.witnessUrl !== null,
      });
      tx.publish(event, { changes: [await this.changeOf(ctx.tenantId, old, anchoring)] });
      return { ...anchoring, places: await findPlaces(tx, anchoring) };
    });
  }

  private async changeOf(tenantId: string, old: Anchoring | undefined, now: Anchoring): Promise<RowChange> {
    const row = { resource: RESOURCE, id: tenantId, new: await this.recorded(tenantId, now) };
    return old ? { ...row, action: 'update', old: await this.recorded(tenantId, old) } : { ...row, action: 'insert' };
  }

  private async recorded(tenantId: string, { email, ...witness }: Anchoring): Promise<Record<string, AuditValue>> {
    const place = { tenantId, resource: RESOURCE, resourceId: tenantId, field: 'email', classification: 'personal' };
    return { email: await this.values.record(place, email), ...witness };
  }
}
