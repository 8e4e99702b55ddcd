import { Controller } from '@nestjs/common';
import {
  getOrganizationUsage,
  getUsageOfOrganization,
  type GetOrganizationUsageRequest,
  type GetUsageOfOrganizationRequest,
  type OrganizationUsage,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { findPaidBy } from './organization-billing.table.js';
import {
  assertFew,
  daysAsked,
  kindOf,
  type OrganizationPosition,
  type OrganizationQuestion,
  type TenantCalendar,
} from './organization-usage.js';
import { kindsOfMeters, listOrganizationUsage, type OrganizationUsageRow } from './organization-usage.table.js';
import { Organizations } from './organizations.js';

const NOTHING: OrganizationUsage = { data: [], nextCursor: null };
const DEFAULT_LIMIT = 50;

/** Tells what the tenants of an organization used, to who may see what they are charged, and to staff. Read through the platform's door, always of named tenants. */
@Controller()
export class GetOrganizationUsage {
  constructor(
    private readonly book: InvoiceBook,
    private readonly organizations: Organizations,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  @Handles(getOrganizationUsage)
  async handle(request: GetOrganizationUsageRequest, ctx: TenantContext): Promise<OrganizationUsage> {
    const paid = await findPaidBy(this.book.rows, ctx.tenantId);
    const tenantIds = paid ? this.organizations.tenantsOf(paid.organizationId) : [];
    return tenantIds.includes(ctx.tenantId) ? this.tell(request, ctx, tenantIds) : NOTHING;
  }

  @Handles(getUsageOfOrganization)
  async handleAny(request: GetUsageOfOrganizationRequest, ctx: TenantContext): Promise<OrganizationUsage> {
    const tenantIds = this.organizations.tenantsOf(request.organizationId);
    return tenantIds.length > 0 ? this.tell(request, ctx, tenantIds) : NOTHING;
  }

  private async tell(
    request: GetOrganizationUsageRequest,
    ctx: TenantContext,
    tenantIds: readonly string[],
  ): Promise<OrganizationUsage> {
    assertFew(tenantIds);
    const { meter: key, from, to, groupBy, cursor } = request;
    const isByTenant = groupBy.length > 0;
    const kind = kindOf(await kindsOfMeters(this.book.rows, tenantIds, key), key, isByTenant);
    const list = `organization usage ${JSON.stringify([tenantIds[0], key, from, to, request.window, groupBy])}`;
    const after = cursor ? (this.cursors.open(ctx, list, cursor) as OrganizationPosition) : null;
    const days = after ?? daysAsked(request, this.clock.now(), this.organizations.timeZoneOf(ctx.tenantId));
    const question = { ...{ from: days.from, to: days.to }, key, kind, window: windowOf(request), isByTenant, after };
    const limit = request.limit ?? DEFAULT_LIMIT;
    const found = await listOrganizationUsage(this.book.rows, this.calendarsOf(tenantIds), question, limit + 1);
    const data = found.slice(0, limit);
    const position = { ...days, start: data.at(-1)?.start, tenantId: data.at(-1)?.tenantId };
    const nextCursor = found.length > limit ? this.cursors.seal(ctx, list, position) : null;
    return { data: data.map((row) => this.named(row)), nextCursor };
  }

  private calendarsOf(tenantIds: readonly string[]): TenantCalendar[] {
    return tenantIds.map((id) => ({ id, timeZone: this.organizations.timeZoneOf(id) }));
  }

  private named({ tenantId, ...row }: OrganizationUsageRow): OrganizationUsage['data'][number] {
    return { ...row, tenantId, tenantName: tenantId && this.organizations.nameOf(tenantId) };
  }
}

/** A billing period is a month. */
function windowOf({ window }: GetOrganizationUsageRequest): OrganizationQuestion['window'] {
  return window === 'billing_period' ? 'month' : ((window ?? 'total') as OrganizationQuestion['window']);
}
