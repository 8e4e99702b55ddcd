import { Controller } from '@nestjs/common';
import {
  listInvoices,
  listTenantInvoices,
  type ListInvoicesRequest,
  type ListInvoicesResponse,
  type ListTenantInvoicesRequest,
} from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import type { Rows } from '../plans/plan.table.js';
import { requireTenant } from '../subscriptions/require-tenant.js';
import { InvoiceBook } from './invoice-book.js';
import { listInvoiceRows, toMessage } from './invoice.table.js';

/** Lists a tenant's invoices, the newest first; drafts are for staff alone. */
@Controller()
export class ListInvoices {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly book: InvoiceBook,
    private readonly directories: Directories,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listInvoices)
  async handle(request: ListInvoicesRequest, ctx: TenantContext): Promise<ListInvoicesResponse> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    return this.page(rows, { tenantId: ctx.tenantId, withDrafts: false }, request, ctx);
  }

  @Handles(listTenantInvoices)
  async handleTenant(request: ListTenantInvoicesRequest, ctx: TenantContext): Promise<ListInvoicesResponse> {
    await requireTenant(this.directories, request.tenantId);
    return this.page(this.book.rows, { tenantId: request.tenantId, withDrafts: true }, request, ctx);
  }

  private async page(
    rows: Rows,
    which: { readonly tenantId: string; readonly withDrafts: boolean },
    { limit: asked, cursor }: ListInvoicesRequest,
    ctx: TenantContext,
  ): Promise<ListInvoicesResponse> {
    const limit = asked ?? 50;
    const list = `invoices ${which.tenantId}`;
    const beforeId = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const found = await listInvoiceRows(rows, { ...which, beforeId }, limit + 1);
    const data = found.slice(0, limit).map((invoice) => toMessage(invoice));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
