import { Controller } from '@nestjs/common';
import { type ChangeProof, proveChange, type ProveChangeRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import type { Rows } from '../log/entry.table.js';
import { GetAuditProof } from '../proofs/get-audit-proof.js';
import { findLatestChange } from './change.table.js';

const SOON_S = 1;

/** Gives the latest change of a resource with its proof, like that of any other entry. */
@Controller()
export class ProveChange {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly proofs: GetAuditProof,
  ) {}

  @Handles(proveChange)
  async handle(request: ProveChangeRequest, ctx: TenantContext): Promise<ChangeProof> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const entry = await findLatestChange(rows, request);
    if (!entry) throw new Fault('unavailable', { detail: 'The log has no such change yet', retryAfterS: SOON_S });
    const { id: entryId, action, occurredAt } = entry;
    return { entryId, action, occurredAt, proof: await this.proofs.handle({ id: entryId, size: null }, ctx) };
  }
}
