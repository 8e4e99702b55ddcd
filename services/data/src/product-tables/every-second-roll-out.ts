import { Controller } from '@nestjs/common';
import { ProductTablesApplied } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { alterSchema } from '../tables/definition.table.js';
import { ProductDefinitions } from './product-definitions.js';
import {
  latestProductVersion,
  lockProductVersion,
  productVersionsAfter,
  saveProductError,
  saveProductVersion,
  tenantsBehind,
} from './product.table.js';

const TENANTS_AT_ONCE = 50;

/**
 * Brings the product tables of schema-mode tenants up to date, one tenant in one commit. How far it has come is in the
 * tenants' own rows, so it goes on where it was when a process died; a tenant whose rows do not allow a change is left
 * behind with the reason, and tried again.
 */
@Controller()
export class EverySecondRollOut {
  constructor(private readonly products: ProductDefinitions) {}

  @Every({ name: 'product-rollout', intervalMs: 1_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const { job } = this.products;
    const latest = await latestProductVersion(job);
    const behind = latest ? await tenantsBehind(job, latest.version, TENANTS_AT_ONCE) : [];
    for (const { tenantId } of behind) {
      if (signal.aborted) {
        return;
      }
      await this.catchUp(tenantId).catch((error: unknown) => saveProductError(job, tenantId, reasonOf(error)));
    }
  }

  private async catchUp(tenantId: string): Promise<void> {
    await this.products.job.transaction(
      async (tx) => {
        const version = await lockProductVersion(tx);
        const missing = version === undefined ? [] : await productVersionsAfter(tx, version);
        const last = missing.at(-1);
        if (!last) {
          return;
        }
        await alterSchema(
          tx,
          missing.flatMap(({ steps }) => steps),
        );
        await saveProductVersion(tx, last.version);
        tx.publish(new ProductTablesApplied({ version: last.version }));
      },
      { tenantId },
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Fault ? error.detail : 'The change failed unexpectedly';
}
