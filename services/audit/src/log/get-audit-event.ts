import { Controller } from '@nestjs/common';
import { getAuditEvent, type AuditLeaf, type GetAuditEventRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { EntryView } from './entry-view.js';
import { findEntry, type Rows } from './entry.table.js';
import { leafText } from './leaf.js';

/** Gives one entry with the text that was hashed, so that anybody can recompute the hash. */
@Controller()
export class GetAuditEvent {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly view: EntryView,
  ) {}

  @Handles(getAuditEvent)
  async handle({ id }: GetAuditEventRequest, ctx: TenantContext): Promise<AuditLeaf> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const entry = await findEntry(rows, id);
    if (!entry) throw new Fault('not-found');
    const [event] = await this.view.show([entry], rows, ctx);
    if (!event) throw new Fault('not-found');
    return { event, leaf: leafText(entry) };
  }
}
