import { metersWithKeys } from '../meters/meter.table.js';
import type { Rows } from '../plans/plan.table.js';
import { countWindows, type Counted } from '../usage/usage-hour.table.js';
import { pricedWindows, type PricedWindow, type Stretch } from './stretch.js';

/** What priced meters counted on the days on which they are. @throws Fault `conflict` when there would be too many lines */
export async function countedIn(
  rows: Rows,
  tenant: { readonly tenantId: string; readonly timeZone: string },
  stretches: readonly Stretch[],
): Promise<Counted<PricedWindow>[]> {
  const keys = new Set(stretches.flatMap(({ plan }) => Object.keys(plan.unitPrices)));
  const meters = keys.size === 0 ? [] : await metersWithKeys(rows, tenant.tenantId, [...keys]);
  const windows = pricedWindows(stretches, meters);
  return windows.length === 0 ? [] : countWindows(rows, tenant, windows);
}
