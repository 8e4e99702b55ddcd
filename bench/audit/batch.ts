import { MemberAdded } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { DeliveredEvent } from '@tenantry/testing/bus';

export const EVENTS_A_BATCH = 500;
export const ROWS_AN_EVENT = 10;
export const ROWS_A_BATCH = EVENTS_A_BATCH * ROWS_AN_EVENT;

/** A batch of events of these tenants in turn, each with some changed rows. */
export function batchFor(tenants: readonly string[]): DeliveredEvent[] {
  return Array.from({ length: EVENTS_A_BATCH }, (_, i) => {
    const changes = Array.from({ length: ROWS_AN_EVENT }, (__, row) => ({
      resource: 'invoice',
      id: newId(),
      action: 'update' as const,
      old: { status: 'open', amountNanos: String(row * 1_000_000), note: 'the customer asked for another month' },
      new: { status: 'paid', amountNanos: String(row * 1_000_000), note: 'paid by transfer, thank you' },
    }));
    const event = new MemberAdded({ personId: newId(), role: 'staff' });
    return { event, tenantId: tenants[i % tenants.length]!, facts: { changes } };
  });
}
