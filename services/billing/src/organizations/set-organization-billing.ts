import { Controller } from '@nestjs/common';
import {
  gatherOrganizationInvoices,
  getOrganizationBilling,
  OrganizationBillingSet,
  setOrganizationBilling,
  type GatherOrganizationInvoicesRequest,
  type GatherOrganizationInvoicesResponse,
  type GetOrganizationBillingRequest,
  type OrganizationBilling as Message,
  type SetOrganizationBillingRequest,
} from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { findDunning } from '../dunning/dunning.table.js';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { toMessage as invoiceMessage } from '../invoices/invoice.table.js';
import { Gathering } from './gathering.js';
import type { OrganizationBilling } from './organization-billing.js';
import {
  findOrganizationBilling,
  lockOrganizationBilling,
  saveOrganizationBilling,
  toMessage,
} from './organization-billing.table.js';
import { Organizations } from './organizations.js';

/** How long news of a tenant may take from the registry to here. */
const NEWS_MS = 500;

/** Says who pays for the tenants of an organization, and gathers what they are charged. */
@Controller()
export class SetOrganizationBilling {
  constructor(
    private readonly book: InvoiceBook,
    private readonly gathering: Gathering,
    private readonly organizations: Organizations,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(setOrganizationBilling)
  async handle(request: SetOrganizationBillingRequest, ctx: TenantContext): Promise<Message> {
    const { organizationId } = request;
    const payingTenantId = request.payingTenantId ?? null;
    if (payingTenantId !== null) await this.directories.tenants.waitFor(payingTenantId, NEWS_MS);
    this.assertOrganization(organizationId);
    this.assertMayPay(organizationId, payingTenantId);
    const before = await findOrganizationBilling(this.book.rows, organizationId);
    if (before.payingTenantId === payingTenantId) return toMessage(before);
    const lockedId = before.payingTenantId ?? payingTenantId!;
    return this.book.transaction(ctx, lockedId, async (tx) => {
      const known = await lockOrganizationBilling(tx, organizationId, this.clock.now());
      if (known.payingTenantId !== before.payingTenantId)
        throw new Fault('conflict', { detail: 'Somebody else said just now who pays; read it again' });
      return this.change(tx, known, payingTenantId);
    });
  }

  @Handles(getOrganizationBilling)
  async handleGet({ organizationId }: GetOrganizationBillingRequest): Promise<Message> {
    this.assertOrganization(organizationId);
    return toMessage(await findOrganizationBilling(this.book.rows, organizationId));
  }

  @Handles(gatherOrganizationInvoices)
  async handleGather(request: GatherOrganizationInvoicesRequest): Promise<GatherOrganizationInvoicesResponse> {
    this.assertOrganization(request.organizationId);
    const opened = await this.gathering.gather(request.organizationId);
    return { data: opened.map((invoice) => invoiceMessage(invoice)) };
  }

  /** What waits is gathered by who paid until now. @throws Fault `conflict` while that tenant is overdue */
  private async change(tx: Transaction, before: OrganizationBilling, payingTenantId: string | null): Promise<Message> {
    const { organizationId, payingTenantId: paidBefore } = before;
    if (paidBefore !== null) {
      if ((await findDunning(tx, paidBefore)).step > 0)
        throw new Fault('conflict', { detail: 'The tenant that pays is overdue; its invoices are to be ended first' });
      while (await this.gathering.gatherNext(tx, { organizationId, payingTenantId: paidBefore }));
    }
    const after = { organizationId, payingTenantId, changedAt: this.clock.now() };
    await saveOrganizationBilling(tx, after);
    for (const tenantId of [paidBefore, payingTenantId].filter((id) => id !== null))
      tx.publish(new OrganizationBillingSet({ organizationId, payingTenantId }), { tenantId });
    return toMessage(after);
  }

  /** An organization without tenants has nothing to bill. @throws Fault `not-found` */
  private assertOrganization(organizationId: string): void {
    if (this.organizations.tenantsOf(organizationId).length === 0) throw new Fault('not-found');
  }

  /** @throws Fault `invalid-input` for a tenant that is not one of the organization, or is a sandbox */
  private assertMayPay(organizationId: string, tenantId: string | null): void {
    if (tenantId === null || this.organizations.tenantsOf(organizationId).includes(tenantId)) return;
    const detail = 'payingTenantId must be a tenant of the organization, and no sandbox';
    throw new Fault('invalid-input', { field: 'payingTenantId', detail });
  }
}
