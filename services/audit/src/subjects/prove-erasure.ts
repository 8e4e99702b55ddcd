import { Controller } from '@nestjs/common';
import { type ErasureProof, proveErasure, type ProveErasureRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findEntry, type Rows } from '../log/entry.table.js';
import { leafText } from '../log/leaf.js';
import { GetAuditProof } from '../proofs/get-audit-proof.js';
import { findErasureEntry } from './erased-value.table.js';

const SOON_S = 1;

/** Proves an erasure as any other entry; it is covered by a checkpoint within a second or two. */
@Controller()
export class ProveErasure {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly proofs: GetAuditProof,
  ) {}

  @Handles(proveErasure)
  async handle({ requestId }: ProveErasureRequest, ctx: TenantContext): Promise<ErasureProof> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const id = await findErasureEntry(rows, requestId);
    const entry = id === undefined ? undefined : await findEntry(rows, id);
    if (!entry) throw new Fault('unavailable', { detail: 'The erasure is not in the log yet', retryAfterS: SOON_S });
    return { leaf: leafText(entry), proof: await this.proofs.handle({ id: entry.id, size: null }, ctx) };
  }
}
