import { Injectable } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { Directories, type TenantEntry } from '@tenantry/messaging';
import type { OpenMembership, Standing } from '../sessions/session.js';
import { membershipsOf } from './membership.table.js';

/** How long a sign-in waits for news of a tenant that may have opened a moment ago. */
const SETTLE_MS = 300;

const isSettled = (tenant: TenantEntry | undefined): boolean =>
  tenant !== undefined && tenant.status !== 'provisioning';

/** Tells where people stand: their role on the platform, and their roles in the tenants that are open. */
@Injectable()
export class Standings {
  constructor(
    private readonly control: ControlDatabase,
    private readonly directories: Directories,
  ) {}

  async of(personId: string): Promise<Standing> {
    const all = await membershipsOf(this.control, personId);
    const inTenants = all.filter(({ tenantId }) => tenantId !== PLATFORM_TENANT_ID);
    const tenants = await Promise.all(inTenants.map(({ tenantId }) => this.tenant(tenantId)));
    return {
      platformRole: all.find(({ tenantId }) => tenantId === PLATFORM_TENANT_ID)?.role ?? null,
      memberships: inTenants.flatMap((membership, i): OpenMembership[] => {
        const tenant = tenants[i];
        return tenant?.status === 'active' || tenant?.status === 'suspended'
          ? [{ ...membership, slug: tenant.slug }]
          : [];
      }),
    };
  }

  private async tenant(tenantId: string): Promise<TenantEntry | undefined> {
    const { tenants } = this.directories;
    if (!isSettled(tenants.get(tenantId))) {
      const { promise: news, resolve } = Promise.withResolvers<void>();
      const stop = tenants.onChange((key, tenant) => {
        if (key === tenantId && isSettled(tenant)) resolve();
      });
      const timer = setTimeout(resolve, SETTLE_MS);
      await news;
      clearTimeout(timer);
      stop();
    }
    return tenants.get(tenantId);
  }
}
