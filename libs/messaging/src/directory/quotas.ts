import { entitlementTo } from './entitlements.js';
import type { EntitlementsEntry } from './entries.js';

/** Bytes of all rows that a tenant has. */
export const STORAGE_QUOTA = 'storageBytes';
/** Rows in each table that no quota of its own names. */
export const ROWS_QUOTA = 'rowsPerTable';
/** Rows in one table: `rows.<table>`. */
const ROWS_OF_TABLE = 'rows.';
/** Rows inserted into one table in a calendar month: `rowsPerMonth.<table>`. */
const ROWS_PER_MONTH = 'rowsPerMonth.';

/** Whether an entitlement limits rows, which the platform then enforces by itself. */
export function isQuota(feature: string): boolean {
  return (
    feature === STORAGE_QUOTA ||
    feature === ROWS_QUOTA ||
    feature.startsWith(ROWS_OF_TABLE) ||
    feature.startsWith(ROWS_PER_MONTH)
  );
}

/** A limit, and the entitlement that says so. */
export interface Quota {
  readonly feature: string;
  readonly limit: number;
}

/** Whether a quota is for a calendar month, and begins anew with the next. */
export function isPerMonth({ feature }: Quota): boolean {
  return feature.startsWith(ROWS_PER_MONTH);
}

/** What limits one table's rows; null is no limit. */
export interface TableQuotas {
  readonly rows: Quota | null;
  readonly rowsPerMonth: Quota | null;
  readonly storageBytes: Quota | null;
}

/** What limits a table now. A tenant that nobody knows has no limits, like a meter without a cap. */
export function quotasOn(entry: EntitlementsEntry | undefined, table: string, now: Date): TableQuotas {
  const quota = (feature: string): Quota | null => quotaOf(entry, feature, now);
  return {
    rows: quota(ROWS_OF_TABLE + table) ?? quota(ROWS_QUOTA),
    rowsPerMonth: quota(ROWS_PER_MONTH + table),
    storageBytes: quota(STORAGE_QUOTA),
  };
}

function quotaOf(entry: EntitlementsEntry | undefined, feature: string, now: Date): Quota | null {
  const found = entitlementTo(entry, feature, now);
  switch (found?.kind) {
    case undefined:
      return null;
    case 'metered':
      return { feature, limit: found.limit };
    case 'boolean':
      return found.enabled ? null : { feature, limit: 0 }; // switched off: nothing may be added
    case 'static':
      return { feature, limit: typeof found.value === 'number' ? found.value : 0 };
  }
}
