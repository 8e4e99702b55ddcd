import { Controller } from '@nestjs/common';
import { type KeyRotation, rotateTenantKey, type RotateTenantKeyRequest, TenantKeyRotated } from '@tenantry/contracts';
import { TenantDatabase, Vault } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Catalog } from '../spaces/catalog.js';
import { bumpSpace, lockSpace } from '../spaces/space.table.js';
import { encryptedTables, rotationMessage, startRotation } from './key-rotation.js';
import { findRunning, insertRotation } from './key-rotation.table.js';

/**
 * Gives the tenant new keys. The catalog's version changes with them: whoever made a statement with the older keys is told by that
 * very statement, and makes it again with the new ones.
 */
@Controller()
export class RotateTenantKey {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  @Handles(rotateTenantKey)
  async handle(_request: RotateTenantKeyRequest, ctx: TenantContext): Promise<KeyRotation> {
    const tables = encryptedTables(await this.catalog.reload(ctx));
    return this.tenants.transaction(ctx, async (tx) => {
      const space = await lockSpace(tx);
      if (!space) {
        throw new Fault('not-found');
      }
      const running = await findRunning(tx);
      if (running) {
        return rotationMessage(running);
      }
      const keyVersion = await this.vault.createTenantKey(tx);
      const indexKeyVersion = await this.vault.createIndexKey(tx);
      const rotation = startRotation({ keyVersion, indexKeyVersion }, tables, this.clock.now());
      await insertRotation(tx, rotation);
      await bumpSpace(tx, space.schemaName);
      tx.publish(new TenantKeyRotated({ rotationId: rotation.id, keyVersion }));
      return rotationMessage(rotation);
    });
  }
}
