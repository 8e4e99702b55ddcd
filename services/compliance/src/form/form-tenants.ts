import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tenantry/kernel';
import { Directories, type TenantEntry } from '@tenantry/messaging';

/** A tenant whose form is used, and the context in which that happens. */
interface FormTenant {
  readonly ctx: TenantContext;
  readonly timeZone: string;
  readonly name: string;
}

/** Whose form somebody without a credential uses. Kept in memory, changed when the directory changes. */
@Injectable()
export class FormTenants {
  private readonly byName = new Map<string, string>();

  constructor(private readonly directories: Directories) {
    const { tenants } = directories;
    tenants.onChange((tenantId, entry, previous) => {
      for (const name of namesOf(previous)) if (this.byName.get(name) === tenantId) this.byName.delete(name);
      for (const name of namesOf(entry)) this.byName.set(name, tenantId);
    });
    void tenants.ready.then(() => {
      for (const [tenantId, entry] of tenants.entries()) {
        for (const name of namesOf(entry)) this.byName.set(name, tenantId);
      }
    });
  }

  /**
   * The context in which an anonymous request touches the tenant that it names by slug or host: it may do what its operation does there
   * and nothing else. Undefined when there is no such tenant, or it is closed; a suspended one still takes privacy requests.
   */
  find(ctx: TenantContext, tenant: string): FormTenant | undefined {
    const tenantId = this.byName.get(tenant.toLowerCase());
    const entry = tenantId === undefined ? undefined : this.directories.tenants.get(tenantId);
    if (tenantId === undefined || !entry || (entry.status !== 'active' && entry.status !== 'suspended'))
      return undefined;
    const { cell, mode, organizationId, timeZone, name } = entry;
    return { ctx: { ...ctx, tenantId, cell, mode, organizationId }, timeZone, name };
  }
}

function namesOf(entry: TenantEntry | undefined): string[] {
  return entry ? [entry.slug, ...entry.hosts].map((name) => name.toLowerCase()) : [];
}
