import { Controller } from '@nestjs/common';
import {
  getAuditCheckpoint,
  getPlatformAuditCheckpoint,
  type AuditCheckpoint,
  type GetAuditCheckpointRequest,
  type GetPlatformAuditCheckpointRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import type { Rows } from '../log/entry.table.js';
import { toCheckpointMessage } from './checkpoint.js';
import { findCheckpoint } from './checkpoint.table.js';

/** Gives a checkpoint of the log of the context's tenant, as it was signed. The platform is one too. */
@Controller()
export class GetAuditCheckpoint {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getAuditCheckpoint)
  async handle({ size, cosigned }: GetAuditCheckpointRequest, ctx: TenantContext): Promise<AuditCheckpoint> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const signed = await findCheckpoint(rows, size ?? null, cosigned ?? false);
    if (!signed) throw new Fault('not-found', { detail: 'The log has no such checkpoint of that many entries' });
    return toCheckpointMessage(signed);
  }

  @Handles(getPlatformAuditCheckpoint)
  handlePlatform(request: GetPlatformAuditCheckpointRequest, ctx: TenantContext): Promise<AuditCheckpoint> {
    return this.handle({ ...request, cosigned: false }, ctx);
  }
}
