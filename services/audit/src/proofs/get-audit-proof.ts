import { Controller } from '@nestjs/common';
import { inclusionRanges, verifyInclusion } from '@tenantry/audit-proofs';
import {
  getAuditProof,
  getPlatformAuditProof,
  type AuditInclusionProof,
  type GetAuditProofRequest,
  type GetPlatformAuditProofRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findLeaf, type Rows } from '../log/entry.table.js';
import { Alarm } from './alarm.js';
import { printHash, toCheckpointMessage } from './checkpoint.js';
import { findCheckpoint } from './checkpoint.table.js';
import { LogAltered, readRoots } from './stored-tree.js';
import { readHashes } from './subtree.table.js';

const SIGNED_WITHIN_S = 1;

/** Proves that an entry is in the log of a checkpoint. A proof that would not verify is an alarm, and is not given. The platform has a log too. */
@Controller()
export class GetAuditProof {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly alarm: Alarm,
  ) {}

  @Handles(getAuditProof)
  handle({ id, size }: GetAuditProofRequest, ctx: TenantContext): Promise<AuditInclusionProof> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    return this.alarm.guard(ctx, () => this.prove(rows, ctx.tenantId, id, size ?? null));
  }

  @Handles(getPlatformAuditProof)
  handlePlatform(request: GetPlatformAuditProofRequest, ctx: TenantContext): Promise<AuditInclusionProof> {
    return this.handle(request, ctx);
  }

  private async prove(rows: Rows, tenantId: string, id: string, size: bigint | null): Promise<AuditInclusionProof> {
    const entry = await findLeaf(rows, id);
    if (!entry) throw new Fault('not-found');
    const { sequence, leafHash } = entry;
    const signed = await findCheckpoint(rows, size !== null && size < sequence ? sequence : size);
    if (!signed || BigInt(signed.size) < sequence) throw notYetCovered();
    const index = Number(sequence) - 1;
    const proof = await readRoots(tenantId, inclusionRanges(index, signed.size), readHashes(rows));
    if (!verifyInclusion({ index, size: signed.size, leaf: leafHash, root: signed.root }, proof)) {
      throw new LogAltered(`entry ${sequence} is not in what was signed of ${tenantId} at ${signed.size}`);
    }
    return {
      sequence,
      leafIndex: BigInt(index),
      leafHash: printHash(leafHash),
      hashes: proof.map(printHash),
      checkpoint: toCheckpointMessage(signed),
    };
  }
}

function notYetCovered(): Fault {
  const detail = 'No such checkpoint covers this entry yet; entries are signed within a second';
  return new Fault('conflict', { detail, retryAfterS: SIGNED_WITHIN_S });
}
