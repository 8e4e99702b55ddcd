import { Injectable } from '@nestjs/common';
import type { EmergencyAccess as EmergencyAccessMessage } from '@tenantry/contracts';
import { ControlDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { accessMessage, endAccess } from './emergency-access.js';
import { breakGlassJob, lockAccess, type Rows } from './emergency-access.table.js';
import { shutOut } from './end-emergency-access.js';

/** How long news of a tenant may take from the registry to here. */
const NEWS_MS = 500;

/** Emergency access as the platform's staff handle it, in tenants of which they are no members. */
@Injectable()
export class AccessDesk {
  constructor(
    private readonly control: ControlDatabase,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  get rows(): Rows {
    return breakGlassJob(this.control);
  }

  /** @throws Fault `not-found` for a tenant that nobody knows, and for the platform itself */
  async requireTenant(tenantId: string): Promise<void> {
    const known = tenantId !== PLATFORM_TENANT_ID && (await this.directories.tenants.waitFor(tenantId, NEWS_MS));
    if (!known) throw new Fault('not-found');
  }

  /** One commit of somebody of the staff; what it publishes names the tenant. @throws Fault `forbidden` for a key */
  async transaction<T>(ctx: TenantContext, tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (ctx.actor.kind !== 'user') throw new Fault('forbidden', { detail: 'Only people break the glass' });
    await this.requireTenant(tenantId);
    return breakGlassJob(this.control).transaction(work, { ctx });
  }

  /** Ends an access: the gateway lets nobody in by it any more, and what was let in before is cut. */
  async end(tx: Transaction, tenantId: string, accessId: string, by: string): Promise<EmergencyAccessMessage> {
    const now = this.clock.now();
    const before = await lockAccess(tx, tenantId, accessId);
    const after = endAccess(before, by, now);
    if (after !== before) await shutOut(tx, tenantId, after, now);
    return accessMessage(after, now);
  }
}
