import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Directories, quotasOn, type TableQuotas } from '@tenantry/messaging';
import { currentCounts, holdCounts } from './count.table.js';
import { isLimited, type Passed, passedQuota } from './quota.js';

/** The time zone of a tenant's months; UTC for one whose news are still on their way. */
export function timeZoneOf({ tenants }: Directories, tenantId: string): string {
  return tenants.get(tenantId)?.timeZone ?? 'UTC';
}

/** Holds tenants to the rows and bytes that their plans allow: limits from memory, counts from the transaction that changes rows. */
@Injectable()
export class Quotas {
  constructor(
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  /** What limits a table of a tenant now. */
  on(tenantId: string, table: string): TableQuotas {
    return quotasOn(this.directories.entitlements.get(tenantId), table, this.clock.now());
  }

  /**
   * The limit that a transaction passes by what it has added to a table: asked last before its commit, because from here on others of the tenant
   * who are held to a limit wait. Who has no limit waits for nobody and pays nothing.
   * @param adds what the transaction can have added: an update makes rows larger, and no new ones
   */
  async hold(tx: Transaction, table: string, adds: 'rows' | 'bytes'): Promise<Passed | null> {
    const { storageBytes, ...ofRows } = this.on(tx.tenantId, table);
    const quotas = adds === 'rows' ? { storageBytes, ...ofRows } : { storageBytes, rows: null, rowsPerMonth: null };
    return this.passed(tx, table, quotas, holdCounts);
  }

  /** The same by what others have committed so far; nobody waits, and somebody may be faster. */
  async look(tx: Transaction, table: string): Promise<Passed | null> {
    return this.passed(tx, table, this.on(tx.tenantId, table), currentCounts);
  }

  private async passed(
    tx: Transaction,
    table: string,
    quotas: TableQuotas,
    count: typeof holdCounts,
  ): Promise<Passed | null> {
    if (!isLimited(quotas)) return null;
    return passedQuota(quotas, table, await count(tx, timeZoneOf(this.directories, tx.tenantId)));
  }
}
