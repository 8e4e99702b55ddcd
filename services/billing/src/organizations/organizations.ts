import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tenantry/database';
import { Directories, type TenantEntry } from '@tenantry/messaging';
import type { Dunning } from '../dunning/dunning.js';
import { findDunning } from '../dunning/dunning.table.js';
import type { Payer } from './organization-billing.js';
import { findPaidBy, shareOrganizationBilling } from './organization-billing.table.js';

/** Which tenants belong together, and who pays for them. */
@Injectable()
export class Organizations {
  constructor(private readonly directories: Directories) {}

  /** Who pays for a tenant's organization, also when it is the tenant itself; undefined when each pays for itself. Stays so until the commit. */
  async payerOf(tx: Transaction, tenantId: string): Promise<Payer | undefined> {
    const tenant = this.directories.tenants.get(tenantId);
    const organizationId = tenant && isBilled(tenant) ? tenant.organizationId : null;
    return organizationId === null ? undefined : shareOrganizationBilling(tx, organizationId);
  }

  /** The other tenants that a tenant pays for, in the order of their ids, and their organization. */
  async paidBy(
    tx: Transaction,
    tenantId: string,
  ): Promise<{ organizationId: string; tenantIds: string[] } | undefined> {
    const payer = await findPaidBy(tx, tenantId);
    if (!payer) return undefined;
    const { organizationId } = payer;
    return { organizationId, tenantIds: this.tenantsOf(organizationId).filter((id) => id !== tenantId) };
  }

  /** How far up the ladder a tenant is: by its own invoices, or by those of the tenant that pays for its organization. */
  async dunningOf(tx: Transaction, tenantId: string): Promise<Dunning> {
    const own = await findDunning(tx, tenantId);
    const payer = await this.payerOf(tx, tenantId);
    if (!payer || payer.payingTenantId === tenantId) return own;
    const payers = await findDunning(tx, payer.payingTenantId);
    return payers.step > own.step ? payers : own;
  }

  /** By whose midnight a tenant's days begin. */
  timeZoneOf(tenantId: string): string {
    return this.directories.tenants.get(tenantId)?.timeZone ?? 'UTC';
  }

  /** A tenant's name for people; null when nobody knows it. */
  nameOf(tenantId: string): string | null {
    return this.directories.tenants.get(tenantId)?.name ?? null;
  }

  /** The tenants of an organization that are billed: without sandboxes. */
  tenantsOf(organizationId: string): string[] {
    const members = [...this.directories.tenants.entries()].filter(
      ([, tenant]) => tenant.organizationId === organizationId && isBilled(tenant),
    );
    return members.map(([id]) => id).toSorted();
  }
}

/** A sandbox pays nothing. */
function isBilled({ sandboxOf }: TenantEntry): boolean {
  return sandboxOf === null;
}
