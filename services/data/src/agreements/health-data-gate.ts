import { Injectable } from '@nestjs/common';
import { Clock, Fault } from '@tenantry/kernel';
import { agreementMissing, Directories, mayKeepHealthData } from '@tenantry/messaging';
import type { TableDefinition } from '../tables/table-definition.js';
import { newHealthColumn } from './health-data.js';

/** How long news of an agreement may take from the register to here; only who would be refused waits for it. */
const NEWS_MS = 300;

/**
 * Lets health information in only while a business associate agreement between the tenant and the platform is in force (45 CFR
 * § 164.502(e)(1)). From memory: registered, ended or lapsed counts within a second. What is there stays readable and can be cleared.
 */
@Injectable()
export class HealthDataGate {
  constructor(
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  isOpen(tenantId: string): boolean {
    return mayKeepHealthData(this.directories.agreements.get(tenantId), this.clock.now());
  }

  /** Waits a moment for an agreement that was just registered; says whether it is in force now. */
  async opens(tenantId: string): Promise<boolean> {
    if (this.isOpen(tenantId)) return true;
    await this.directories.agreements.waitForChange(tenantId, NEWS_MS);
    return this.isOpen(tenantId);
  }

  /** @throws Fault `agreement-missing` for rows that bring health information in without an agreement */
  async assertMayKeep(
    tenantId: string,
    table: TableDefinition,
    rows: readonly Readonly<Record<string, unknown>>[],
  ): Promise<void> {
    const column = newHealthColumn(table, rows);
    if (column && !(await this.opens(tenantId))) throw refusedColumn(column.name);
  }

  /** The same where nobody may be kept waiting. @throws Fault `agreement-missing` */
  assertMayKeepNow(tenantId: string, table: TableDefinition, row: Readonly<Record<string, unknown>>): void {
    const column = newHealthColumn(table, [row]);
    if (column && !this.isOpen(tenantId)) throw refusedColumn(column.name);
  }
}

/** What whoever brings health information in without an agreement is told. */
export function refusedColumn(column: string): Fault {
  return agreementMissing(
    `${column} is for health information (phi), and no business associate agreement with the platform is in force`,
    column,
  );
}
