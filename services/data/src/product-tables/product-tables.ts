import { Injectable } from '@nestjs/common';
import { ProductTablesChanged } from '@tenantry/contracts';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { alterPool } from '../tables/definition.table.js';
import type { TableDefinition } from '../tables/table-definition.js';
import type { Decide, TableChange } from '../tables/table-change.js';
import { assertProductTableNotHeld } from '../holds/held-tables.js';
import { ProductDefinitions } from './product-definitions.js';
import { forgetPoolCounts } from '../quotas/count.table.js';
import {
  insertProductVersion,
  latestProductVersion,
  lockProductTables,
  movePoolTo,
  type ProductVersion,
  rolloutOf,
  type Rollout,
  tenantsUsing,
} from './product.table.js';

/** A product table's change, and how far it has come. */
export interface ProductChangeMade {
  readonly version: Omit<ProductVersion, 'steps' | 'definitions'>;
  readonly after: TableDefinition | null;
  readonly rollout: Rollout;
}

/**
 * Changes the product tables: a new version of them, the pool's DDL and the event in one commit. Schema-mode tenants
 * follow by the rollout.
 */
@Injectable()
export class ProductTables {
  constructor(
    private readonly products: ProductDefinitions,
    private readonly clock: Clock,
  ) {}

  /** @param answer what the operation answers; kept for a repeated request */
  async change<T>(ctx: TenantContext, decide: Decide, answer: (made: ProductChangeMade) => T): Promise<T> {
    const work = this.products.job.transaction.bind(this.products.job);
    return work(
      async (tx) => {
        await lockProductTables(tx);
        const latest = await latestProductVersion(tx);
        const own = latest?.definitions ?? [];
        const now = this.clock.now();
        const change = decide({
          own,
          lookup: (name) => own.find((table) => table.name === name),
          isTaken: () => false,
          kind: 'product',
          now,
        });
        await assertProductTableNotHeld(tx, change);
        await refuseClash(change, (table, part) => tenantsUsing(tx, table, part));
        const version = (latest?.version ?? 0n) + 1n;
        const others = own.filter(({ name }) => name !== change.table);
        const definitions = change.after ? [...others, change.after] : others;
        await alterPool(tx, change.steps);
        if (!change.after) await forgetPoolCounts(tx, change.table);
        await insertProductVersion(tx, {
          version,
          tableName: change.table,
          change: change.change,
          steps: change.steps,
          definitions,
        });
        await movePoolTo(tx, version);
        tx.publish(
          new ProductTablesChanged({ version, table: change.table, change: change.change, part: change.part }),
        );
        const made = { version, tableName: change.table, change: change.change, createdAt: now };
        return answer({ version: made, after: change.after, rollout: await rolloutOf(tx, version) });
      },
      { ctx },
    );
  }
}

/** What tenants defined for themselves must not get in the way, nor be left pointing at nothing. */
async function refuseClash(
  { change, table }: TableChange,
  find: (table: string, part: 'name' | 'reference') => Promise<string[]>,
): Promise<void> {
  const removes = change === 'dropped' || change === 'column_dropped';
  const tenants = change === 'created' ? await find(table, 'name') : removes ? await find(table, 'reference') : [];
  if (tenants.length > 0) {
    const does = change === 'created' ? 'have a table of this name' : 'have tables that refer to it';
    throw new Fault(change === 'created' ? 'table-exists' : 'conflict', {
      field: change === 'created' ? 'name' : 'table',
      detail: `Tenants ${does}: ${tenants.join(', ')}`,
      extra: { tenants },
    });
  }
}
