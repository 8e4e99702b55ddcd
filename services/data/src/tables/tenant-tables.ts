import { Injectable } from '@nestjs/common';
import { TableChanged } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { addedHealthColumn } from '../agreements/health-data.js';
import { HealthDataGate, refusedColumn } from '../agreements/health-data-gate.js';
import { assertTableNotHeld } from '../holds/held-tables.js';
import { ProductDefinitions } from '../product-tables/product-definitions.js';
import { readSpace } from '../spaces/catalog.js';
import { bumpSpace, lockSpace, openSchema } from '../spaces/space.table.js';
import { alterSchema, deleteDefinition, listDefinitions, saveDefinition } from './definition.table.js';
import type { TableDefinition } from './table-definition.js';
import type { Decide, TableChange } from './table-change.js';

/** Changes the tables that a tenant has of its own: definition, DDL and event in one commit, one change at a time. */
@Injectable()
export class TenantTables {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly products: ProductDefinitions,
    private readonly clock: Clock,
    private readonly gate: HealthDataGate,
  ) {}

  /** @param answer what the operation answers; kept for a repeated request */
  async change<T>(ctx: TenantContext, decide: Decide, answer: (change: TableChange) => T): Promise<T> {
    try {
      return await this.#change(ctx, decide, answer);
    } catch (error) {
      const isMissing = error instanceof Fault && error.reason === 'agreement-missing';
      if (isMissing && (await this.gate.opens(ctx.tenantId))) return this.#change(ctx, decide, answer);
      throw error;
    }
  }

  async #change<T>(ctx: TenantContext, decide: Decide, answer: (change: TableChange) => T): Promise<T> {
    const latest = await this.products.latest();
    return this.tenants.transaction(ctx, async (tx) => {
      const space = await lockSpace(tx);
      if (!space) {
        throw new Fault('not-found');
      }
      const products = await this.products.at(space.productVersion);
      const own = await listDefinitions(tx);
      const all = new Map([...products, ...own].map((table) => [table.name, table]));
      const taken = new Set([...products, ...(latest?.definitions ?? [])].map(({ name }) => name.toLowerCase()));
      const change = decide({
        own,
        lookup: (name) => all.get(name),
        isTaken: (name) => taken.has(name.toLowerCase()),
        kind: 'tenant',
        now: this.clock.now(),
      });
      this.#requireAgreement(ctx, own, change);
      await assertTableNotHeld(tx, (await readSpace(tx, tx.tenantId, this.products))!, change);
      const schemaName = space.schemaName ?? (await openSchema(tx, space.mode));
      await apply(tx, change);
      await bumpSpace(tx, schemaName);
      const { table, change: kind, part } = change;
      tx.publish(new TableChanged({ table, change: kind, part }));
      return answer(change);
    });
  }

  /** @throws Fault `agreement-missing` for a column of health information that is new */
  #requireAgreement({ tenantId }: TenantContext, own: readonly TableDefinition[], { table, after }: TableChange): void {
    const before = own.find(({ name }) => name === table);
    const added = addedHealthColumn(before, after);
    if (added && !this.gate.isOpen(tenantId)) throw refusedColumn(added.name);
  }
}

async function apply(tx: Transaction, { table, after, steps }: TableChange): Promise<void> {
  await alterSchema(tx, steps);
  await (after ? saveDefinition(tx, after) : deleteDefinition(tx, table));
}
