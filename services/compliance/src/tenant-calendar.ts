import { Injectable } from '@nestjs/common';
import { Directories } from '@tenantry/messaging';

/** By whose midnight a tenant's days end. */
@Injectable()
export class TenantCalendar {
  constructor(private readonly directories: Directories) {}

  /** The tenant's IANA time zone; the platform's own is UTC. */
  zoneOf({ tenantId }: { readonly tenantId: string }): string {
    return this.directories.tenants.get(tenantId)?.timeZone ?? 'UTC';
  }
}
