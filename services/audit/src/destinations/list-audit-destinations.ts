import { Controller } from '@nestjs/common';
import {
  listAuditDestinations,
  type ListAuditDestinationsRequest,
  type ListAuditDestinationsResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import type { Rows } from '../log/entry.table.js';
import { findCheckpoint } from '../proofs/checkpoint.table.js';
import { toMessage } from './destination.js';
import { listDestinations } from './destination.table.js';

/** All destinations of the tenant, and how far each is. */
@Controller()
export class ListAuditDestinations {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(listAuditDestinations)
  async handle(_: ListAuditDestinationsRequest, ctx: TenantContext): Promise<ListAuditDestinationsResponse> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const [found, signed] = await Promise.all([listDestinations(rows), findCheckpoint(rows, null)]);
    return { data: found.map((destination) => toMessage(destination, BigInt(signed?.size ?? 0))) };
  }
}
