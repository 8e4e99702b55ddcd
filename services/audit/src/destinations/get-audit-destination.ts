import { Controller } from '@nestjs/common';
import { getAuditDestination, type AuditDestination, type GetAuditDestinationRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import type { Rows } from '../log/entry.table.js';
import { findCheckpoint } from '../proofs/checkpoint.table.js';
import { toMessage } from './destination.js';
import { requireDestination } from './destination.table.js';

/** One destination, and how far it is. */
@Controller()
export class GetAuditDestination {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getAuditDestination)
  async handle({ destinationId }: GetAuditDestinationRequest, ctx: TenantContext): Promise<AuditDestination> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const [found, signed] = await Promise.all([requireDestination(rows, destinationId), findCheckpoint(rows, null)]);
    return toMessage(found, BigInt(signed?.size ?? 0));
  }
}
