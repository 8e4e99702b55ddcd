import type { AuditRetention } from '@tenantry/contracts';
import type { Rows } from '../log/entry.table.js';
import { isHeld } from './retention.table.js';
import { type Retention, TEMPLATES } from './retention.js';
import { retiredUpTo } from './retired-block.table.js';

/** A retention as it is answered, with how far it has come. */
export async function retentionMessage(rows: Rows, tenantId: string, retention: Retention): Promise<AuditRetention> {
  const retired = BigInt(await retiredUpTo(rows, tenantId));
  return { ...retention, retired, held: await isHeld(rows, tenantId), templates: [...TEMPLATES] };
}
