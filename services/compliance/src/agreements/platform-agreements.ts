import { Injectable } from '@nestjs/common';
import { ControlDatabase, type Transaction } from '@tenantry/database';
import { Fault, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import type { Rows } from '../requests/privacy-request.table.js';

const JOB = 'compliance_agreements';
/** How long news of a tenant may take from the registry to here. */
const NEWS_MS = 500;

/** The platform's hand on what it agreed with its tenants. */
@Injectable()
export class PlatformAgreements {
  constructor(
    private readonly control: ControlDatabase,
    private readonly directories: Directories,
  ) {}

  get rows(): Rows {
    return this.control.job(JOB);
  }

  /** @throws Fault `not-found` for a tenant that nobody knows, and for the platform itself */
  async requireTenant(tenantId: string): Promise<void> {
    const { tenants } = this.directories;
    const known = tenantId !== PLATFORM_TENANT_ID && (await tenants.waitFor(tenantId, NEWS_MS));
    if (!known) throw new Fault('not-found');
  }

  /** One commit of the platform; what it publishes names the tenant. */
  async transaction<T>(ctx: TenantContext, tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    await this.requireTenant(tenantId);
    return this.control.job(JOB).transaction(work, { ctx });
  }
}
