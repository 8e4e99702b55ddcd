import { Injectable } from '@nestjs/common';
import { RowsChanged } from '@tenantry/contracts';
import type { RowChange, Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { DataSettings } from '../config.js';
import type { TableSpace } from '../spaces/table-space.js';
import { takeRowChanges } from './row-change.js';
import { RowVaults } from './row-vaults.js';
import type { WriteRequest } from './row-writer.js';

/** Tells of the rows that a request has changed, in the same commit. */
@Injectable()
export class ChangePublisher {
  constructor(
    private readonly vaults: RowVaults,
    private readonly settings: DataSettings,
  ) {}

  /** Takes what the triggers caught. @throws Fault when it is more than the request, or any request, may change */
  async publish(
    tx: Transaction,
    space: TableSpace,
    cause: string,
    { table, preferences }: WriteRequest,
  ): Promise<RowChange[]> {
    const changes = await takeRowChanges(tx, this.vaults, space);
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
