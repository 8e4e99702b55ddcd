import { Injectable } from '@nestjs/common';
import { RowsChanged } from '@tenantry/contracts';
import type { RowChange, Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { DataSettings } from '../config.js';
import { HeldRows } from '../holds/held-rows.js';
import { Catalog } from '../spaces/catalog.js';
import type { TableSpace } from '../spaces/table-space.js';
import { auditChanges } from './row-change.js';
import { RowVaults } from './row-vaults.js';
import type { WriteRequest } from './row-writer.js';

/** Tells of the rows that a request has changed, in the same commit. */
@Injectable()
export class ChangePublisher {
  constructor(
    /** What seals rows, and the values that are told. */
    readonly vaults: RowVaults,
    private readonly settings: DataSettings,
    private readonly catalog: Catalog,
    private readonly held: HeldRows,
  ) {}

  /** Takes what the triggers caught, fit for the audit trail. @throws Fault `rows-held` */
  async take(tx: Transaction, space: TableSpace): Promise<RowChange[]> {
    const caught = await this.held.take(tx, await this.catalog.spaceOf(tx.ctx!));
    return auditChanges(tx, this.vaults, space, caught);
  }

  /** Takes it and tells of it. @throws Fault when it is more than the request, or any request, may change, or rows are held */
  async publish(
    tx: Transaction,
    space: TableSpace,
    cause: string,
    { table, preferences }: WriteRequest,
  ): Promise<RowChange[]> {
    const changes = await this.take(tx, space);
    const { maxAffected } = preferences;
    if (maxAffected !== null && changes.length > maxAffected) {
      throw new Fault('malformed-request', {
        field: 'prefer',
        detail: `The request would change ${changes.length} rows, which is more than max-affected`,
        extra: { code: 'PGRST124' },
      });
    }
    if (changes.length > this.settings.ROWS_CHANGED_MAX) {
      throw new Fault('invalid-input', {
        field: 'query',
        detail: `One request changes at most ${this.settings.ROWS_CHANGED_MAX} rows, and this one would change ${changes.length}`,
      });
    }
    if (changes.length > 0) {
      tx.publish(new RowsChanged({ table, cause, rows: BigInt(changes.length) }), { changes });
    }
    return changes;
  }
}
