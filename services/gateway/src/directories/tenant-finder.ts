import { Injectable } from '@nestjs/common';
import { isUuid } from '@tenantry/kernel';
import { Directories, type TenantEntry } from '@tenantry/messaging';
import { GatewaySettings } from '../config.js';

/** Finds tenants by what people call them: id, slug or host name. Kept in memory, changed when the directory changes. */
@Injectable()
export class TenantFinder {
  private readonly bySlug = new Map<string, string>();
  private readonly byHost = new Map<string, string>();
  private readonly domain: string;

  constructor(
    private readonly directories: Directories,
    settings: GatewaySettings,
  ) {
    this.domain = `.${settings.BASE_DOMAIN.toLowerCase()}`;
    const { tenants } = directories;
    tenants.onChange((tenantId, entry, previous) => {
      if (previous) this.forget(tenantId, previous);
      if (entry) this.learn(tenantId, entry);
    });
    void tenants.ready.then(() => {
      for (const [tenantId, entry] of tenants.entries()) this.learn(tenantId, entry);
    });
  }

  /** The tenant with this id or slug. */
  named(name: string): string | undefined {
    const lower = name.toLowerCase();
    if (isUuid(lower)) return this.directories.tenants.get(lower) && lower;
    return this.bySlug.get(lower);
  }

  /** The slug that a host name spells below the base domain: such a host must belong to a tenant. */
  slugOf(host: string): string | null {
    const slug = host.endsWith(this.domain) ? host.slice(0, -this.domain.length) : '';
    return slug === '' || slug.includes('.') ? null : slug;
  }

  /** The tenant whose host name this is, its own domain or its slug below the base domain. */
  hosted(host: string): string | undefined {
    const slug = this.slugOf(host);
    return this.byHost.get(host) ?? (slug === null ? undefined : this.bySlug.get(slug));
  }

  private learn(tenantId: string, { slug, hosts }: TenantEntry): void {
    this.bySlug.set(slug, tenantId);
    for (const host of hosts) this.byHost.set(host.toLowerCase(), tenantId);
  }

  private forget(tenantId: string, { slug, hosts }: TenantEntry): void {
    if (this.bySlug.get(slug) === tenantId) this.bySlug.delete(slug);
    for (const host of hosts)
      if (this.byHost.get(host.toLowerCase()) === tenantId) this.byHost.delete(host.toLowerCase());
  }
}
