import {
  getInvoice,
  getOrganizationInvoice,
  listInvoices,
  listOrganizationInvoices,
  setOrganizationBilling,
  type Invoice,
  type OrganizationBilling,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { testContext, type Tenants, type TestTenant } from '@tenantry/testing';
import { staff } from '../billing.fixture.js';
import { sell, SetClock } from '../invoices/invoices.fixture.js';
import { paymentsOnRealPostgres } from '../payments/payments.fixture.js';
import { meterOf } from '../usage/usage.fixture.js';

/** Billing with A and B in one organization, for which A pays: A's plan costs 31.00 a month, B's 62.00 and 0.50 for each call. */
export class OrganizationBench {
  readonly clock = new SetClock();
  readonly t: Tenants = paymentsOnRealPostgres({ clock: this.clock }).t;
  organizationId = newId();

  constructor() {
    beforeEach(() => this.begin());
  }

  at(time: string): Date {
    return (this.clock.at = new Date(time));
  }

  /** Says who pays. */
  billing(payingTenantId: string | null, organizationId = this.organizationId): Promise<OrganizationBilling> {
    return this.t.bus.call(setOrganizationBilling, { organizationId, payingTenantId }, staff());
  }

  /** Bills what is over at a time. */
  async month(time: string): Promise<void> {
    this.at(time);
    await this.t.bus.runSchedule('billing.invoice-months');
    await this.t.bus.runSchedule('billing.gather-organizations');
  }

  /** The organization's invoices, by number, as a tenant sees them. */
  async wholes(tenant: TestTenant = this.t.a): Promise<Invoice[]> {
    const { data } = await this.t.bus.call(listOrganizationInvoices, {}, testContext(tenant.id));
    return data.toSorted((x, y) => Number(x.number! - y.number!));
  }

  /** The newest of them, with its lines. */
  async whole(): Promise<Invoice> {
    const { id: invoiceId } = (await this.wholes()).at(-1)!;
    return this.t.bus.call(getOrganizationInvoice, { invoiceId }, testContext(this.t.a.id));
  }

  /** A tenant's own newest invoice. */
  async partOf(tenant: TestTenant): Promise<Invoice> {
    const [{ id: invoiceId }] = (await tenant.call(listInvoices, {})).data as [Invoice];
    return tenant.call(getInvoice, { invoiceId });
  }

  private async begin(): Promise<void> {
    const { a, b, bus } = this.t;
    this.at('2026-01-01T00:00:00Z');
    this.organizationId = newId();
    bus.announce(a.id, { organizationId: this.organizationId, name: 'Ada Ltd' });
    bus.announce(b.id, { organizationId: this.organizationId, name: 'Bob Ltd' });
    await sell(this.t, a.id, { price: '31.00' });
    await sell(this.t, b.id, { price: '62.00', unitPrices: { calls: '0.50' } });
    await meterOf(b, { key: 'calls' });
    await this.billing(a.id);
  }
}
