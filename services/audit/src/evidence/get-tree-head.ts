import { Controller } from '@nestjs/common';
import { type AuditCheckpoint, getTreeHead, type GetTreeHeadRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { toCheckpointMessage } from '../proofs/checkpoint.js';
import { findCheckpoint } from '../proofs/checkpoint.table.js';

const SOON_S = 1;

/** Gives the head of the tenant's log, for what is to be fixed together with it. */
@Controller()
export class GetTreeHead {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getTreeHead)
  async handle(_: GetTreeHeadRequest, ctx: TenantContext): Promise<AuditCheckpoint> {
    const signed = await findCheckpoint({ query: (statement) => this.tenants.query(ctx, statement) }, null);
    if (!signed) throw new Fault('unavailable', { detail: 'Nothing of this log is signed yet', retryAfterS: SOON_S });
    return toCheckpointMessage(signed);
  }
}
