import { Controller } from '@nestjs/common';
import { checkUsage, type CheckUsageRequest, type UsageCheck } from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Directories, entitlementTo, Handles } from '@tenantry/messaging';
import { findMeter } from '../meters/meter.table.js';
import { quantityText } from '../quantity.js';
import { compareMonth } from './usage-hour.table.js';
import { UsageLedger } from './usage-ledger.js';

/** Tells whether an amount may still be used this month: what was used from Postgres, the limit from memory. */
@Controller()
export class CheckUsage {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly ledger: UsageLedger,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(checkUsage)
  async handle({ meter: named, amount }: CheckUsageRequest, ctx: TenantContext): Promise<UsageCheck> {
    const now = this.clock.now();
    const wanted = quantityText(amount ?? 1, 'amount');
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const meter = await findMeter(rows, named, unknownMeter(named));
    const limit = this.limitOf(ctx.tenantId, meter.key, now);
    const month = { meter, timeZone: this.ledger.timeZoneOf(ctx.tenantId), now };
    return {
      ...(await compareMonth(rows, month, wanted, limit === null ? null : quantityText(limit, 'limit'))),
      limit,
    };
  }

  /** Null when nothing limits the meter. What staff switched off is limited to nothing. */
  private limitOf(tenantId: string, key: string, now: Date): number | null {
    const entitlement = entitlementTo(this.directories.entitlements.get(tenantId), key, now);
    if (entitlement?.kind === 'metered') return entitlement.limit;
    return entitlement?.kind === 'boolean' && !entitlement.enabled ? 0 : null;
  }
}

/** A meter that a field names wrongly. */
export function unknownMeter(meter: string): Fault {
  return new Fault('invalid-input', { field: 'meter', detail: `There is no meter ${meter}` });
}
