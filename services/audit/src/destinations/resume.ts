import { Injectable } from '@nestjs/common';
import { AuditDestinationResumed, type AuditDestination } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { findCheckpoint } from '../proofs/checkpoint.table.js';
import { RESOURCE } from './destination-change.js';
import { before, toMessage } from './destination.js';
import { requireDestination, resumeDestination } from './destination.table.js';

/** Lets a destination go on: from an entry, or where it stopped. */
@Injectable()
export class Resume {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `not-found`; `invalid-input` for an entry far beyond the log */
  from(ctx: TenantContext, id: string, from: bigint | null): Promise<AuditDestination> {
    return this.tenants.transaction(ctx, async (tx) => {
      const size = BigInt((await findCheckpoint(tx, null))?.size ?? 0);
      const delivered = from === null ? null : before(from, size);
      const old = await resumeDestination(tx, id, delivered, this.clock.now());
      const now = await requireDestination(tx, id);
      const facts = ({ state, delivered: last }: typeof now) => ({ state, delivered: String(last) });
      tx.publish(new AuditDestinationResumed({ destinationId: id, from: now.delivered + 1n }), {
        changes: [{ resource: RESOURCE, id, action: 'update', old: facts(old), new: facts(now) }],
      });
      return toMessage(now, size);
    });
  }
}
