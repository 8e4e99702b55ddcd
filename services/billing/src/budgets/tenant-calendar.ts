import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';

/** By whose midnight a tenant's periods begin. */
@Injectable()
export class TenantCalendar {
  constructor(private readonly directories: Directories) {}

  /** The tenant's IANA time zone; the platform's own is UTC. */
  zoneOf({ tenantId }: TenantContext): string {
    return this.directories.tenants.get(tenantId)?.timeZone ?? 'UTC';
  }
}
