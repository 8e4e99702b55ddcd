import { Injectable } from '@nestjs/common';
import { ControlDatabase, type Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { TenantsSettings } from '../config.js';
import type { Tenant } from './tenant.js';
import { findTenant, lockTenant, saveStatus, tenantChanges, type Rows } from './tenant.table.js';

const JOB = 'tenants_registry';
/** The directory tells at once; the row is looked at in case it does not. */
const LOOK_AGAIN_MS = 1_000;
/** What is left of the caller's deadline for the answer to travel. */
const ANSWER_MS = 500;

/** The platform's hand on its tenants: the only way to a tenant's registry entry from outside the tenant. */
@Injectable()
export class Registry {
  constructor(
    private readonly control: ControlDatabase,
    private readonly directories: Directories,
    private readonly settings: TenantsSettings,
    private readonly clock: Clock,
  ) {}

  /** Reads of the whole registry. */
  get rows(): Rows {
    return this.control.job(JOB);
  }

  /** One commit of the platform, for a request or by itself. What it publishes must name the tenant it is about. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, ctx?: TenantContext): Promise<T> {
    return this.control.job(JOB).transaction(work, { ctx });
  }

  /**
   * Moves a tenant to another state and announces it. A tenant that is there already is left as it is.
   * @throws Fault `not-found`, `tenant-state`
   */
  async change(
    ctx: TenantContext,
    tenantId: string,
    decide: (tenant: Tenant, now: Date) => Tenant,
    announce: (tenant: Tenant) => object,
  ): Promise<Tenant> {
    return this.transaction(async (tx) => {
      const before = await lockTenant(tx, tenantId);
      const after = decide(before, this.clock.now());
      if (after !== before) {
        saveStatus(tx, after);
        tx.publish(announce(after), { tenantId, changes: tenantChanges(before, after) });
      }
      return after;
    }, ctx);
  }

  /** The tenant once its provisioning has ended, well or not, or as it is when the caller's patience does. */
  async settled(tenantId: string, ctx: TenantContext): Promise<Tenant> {
    const patienceMs = Math.min(this.settings.PROVISIONING_WAIT_MS, ctx.request.deadlineAtMs - Date.now() - ANSWER_MS);
    const untilMs = performance.now() + patienceMs;
    let changed = this.nextChange(tenantId, untilMs);
    let tenant = await findTenant(this.rows, tenantId);
    while (tenant.status === 'provisioning' && performance.now() < untilMs && !ctx.signal?.aborted) {
      await changed;
      changed = this.nextChange(tenantId, untilMs);
      tenant = await findTenant(this.rows, tenantId);
    }
    return tenant;
  }

  /** Listens from now on, so that no change between two looks is missed. */
  private nextChange(tenantId: string, untilMs: number): Promise<void> {
    const waitMs = Math.max(0, Math.min(LOOK_AGAIN_MS, untilMs - performance.now()));
    return this.directories.tenants.waitForChange(tenantId, waitMs);
  }
}
