import { Controller } from '@nestjs/common';
import { DataSpaceFailed, DataSpaceReady, TenantRequested } from '@tenantry/contracts';
import { type Transaction, Vault } from '@tenantry/database';
import { Clock, Fault } from '@tenantry/kernel';
import { On } from '@tenantry/messaging';
import { ProductDefinitions } from '../product-tables/product-definitions.js';
import { makeSpace } from './make-space.js';
import { lockSpace, saveAttempt } from './space.table.js';

/** A new tenant gets its key and its data space. Asked again, what is there is answered for again. */
@Controller()
export class OnTenantRequested {
  constructor(
    private readonly products: ProductDefinitions,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  @On(TenantRequested, { consumer: 'data.spaces' })
  async handle(event: TenantRequested, tx: Transaction): Promise<void> {
    const { tenantId, attempt } = event;
    const mode = event.mode === 'schema' ? 'schema' : 'pool';
    if (await lockSpace(tx)) {
      await saveAttempt(tx, attempt);
      tx.publish(new DataSpaceReady({ tenantId, attempt }));
      return;
    }
    const product = await this.products.latest();
    try {
      await tx.savepoint(async () => {
        await makeSpace(tx, { mode, attempt, product }, this.clock.now());
        await this.vault.ensureTenantKey(tx);
      });
      tx.publish(new DataSpaceReady({ tenantId, attempt }));
    } catch (error) {
      if (isPassing(error)) {
        throw error;
      }
      tx.publish(new DataSpaceFailed({ tenantId, attempt, reason: reasonOf(error) }));
    }
  }
}

/** What may be over soon is worth another try. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof Fault &&
    (error.reason === 'unavailable' || error.reason === 'conflict' || error.reason === 'cancelled')
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Fault ? error.detail : 'Making the data space failed unexpectedly';
}
