import type { GetOrganizationUsageRequest } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { dateIn, daysAfter, firstOfMonth, openPeriod, type Period } from '../invoices/period.js';
import type { Meter } from '../meters/meter.js';

/** A tenant, and by whose midnight its days begin. */
export interface TenantCalendar {
  readonly id: string;
  readonly timeZone: string;
}

/** Where a page ended, and which days the first page looked at. */
export interface OrganizationPosition extends Period {
  readonly start: string;
  readonly tenantId: string | null;
}

/** Which usage of an organization is asked for. */
export interface OrganizationQuestion extends Period {
  readonly key: string;
  /** How the meters of all its tenants count. */
  readonly kind: Meter['aggregation'];
  readonly window: 'day' | 'week' | 'month' | 'total';
  readonly isByTenant: boolean;
  readonly after: OrganizationPosition | null;
}

/** So many tenants are looked at in one question. */
const MAX_TENANTS = 1_000;
/** What can't be put together from the tenants' own numbers. */
const APART: readonly Meter['aggregation'][] = ['unique', 'last'];

/** The days that a request names, or this month's until today. @throws Fault `invalid-input` */
export function daysAsked(
  { from, to }: Pick<GetOrganizationUsageRequest, 'from' | 'to'>,
  now: Date,
  timeZone: string,
): Period {
  const today = dateIn(timeZone, now);
  return openPeriod(from ?? firstOfMonth(today), to ?? daysAfter(today, 1));
}

/** How all meters of a key count. @throws Fault `invalid-input` naming the field when that can't be told, or not without telling tenants apart */
export function kindOf(kinds: readonly Meter['aggregation'][], key: string, isByTenant: boolean): Meter['aggregation'] {
  const [kind, other] = kinds;
  if (!kind) throw new Fault('invalid-input', { field: 'meter', detail: `No tenant has a meter ${key}` });
  if (other)
    throw new Fault('invalid-input', {
      field: 'meter',
      detail: `${key} does not count alike in all tenants: ${kinds.join(', ')}`,
    });
  if (APART.includes(kind) && !isByTenant)
    throw new Fault('invalid-input', {
      field: 'groupBy',
      detail: `A meter of the kind ${kind} is told by tenantId only`,
    });
  return kind;
}

/** @throws Fault `conflict` when an organization has too many tenants for one question */
export function assertFew(tenantIds: readonly string[]): void {
  if (tenantIds.length > MAX_TENANTS)
    throw new Fault('conflict', { detail: `Usage is told of organizations of at most ${MAX_TENANTS} tenants` });
}
