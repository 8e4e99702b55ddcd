import { DataSpaceAccessChanged } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { lockSpace, saveOpenness, setSchemaAccess } from './space.table.js';

/** Takes or gives back the right to the schema, unless a later event of the tenant has decided already. */
export async function changeOpenness(tx: Transaction, open: boolean, tenantVersion: bigint): Promise<void> {
  const space = await lockSpace(tx);
  if (!space || space.tenantVersion >= tenantVersion) {
    return;
  }
  await setSchemaAccess(tx, open);
  await saveOpenness(tx, open, tenantVersion);
  tx.publish(new DataSpaceAccessChanged({ tenantId: tx.tenantId, open }));
}
