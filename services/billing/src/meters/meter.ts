import { Fault, newId } from '@tenantry/kernel';
import { isPlatforms, PLATFORM_PREFIX } from '../metering/platform-usage.js';

export type Aggregation = 'sum' | 'count' | 'max' | 'unique' | 'last';

/** Which usage events count, and how. */
export interface Meter {
  readonly id: string;
  readonly key: string;
  readonly aggregation: Aggregation;
  readonly eventType: string;
  /** The property that holds the value; null for the event's own value. */
  readonly valueProperty: string | null;
  readonly groupBy: readonly string[];
  readonly unit: string | null;
  readonly createdAt: Date;
  readonly archivedAt: Date | null;
}

/** Every recording looks at all of a tenant's meters. */
export const MAX_METERS = 200;

/** Every event of a type is counted by each of them. */
export const MAX_METERS_OF_TYPE = 20;

/** The event's own fields, which meters name like properties. */
export const SUBJECTS: readonly string[] = ['userId', 'agentId', 'locationId'];

/** @throws Fault `invalid-input` naming the field */
export function openMeter(
  wish: {
    readonly key: string;
    readonly aggregation: string;
    readonly eventType?: string | null;
    readonly valueProperty?: string | null;
    readonly groupBy: readonly string[];
    readonly unit?: string | null;
  },
  now: Date,
): Meter {
  const { key, groupBy, eventType, valueProperty = null, unit = null } = wish;
  const aggregation = wish.aggregation as Aggregation;
  const type = eventType ?? key;
  assertOwn({ key, eventType: type });
  assertMeasurable(aggregation, valueProperty);
  return {
    id: newId(now),
    key,
    aggregation,
    eventType: type,
    valueProperty,
    groupBy,
    unit,
    createdAt: now,
    archivedAt: null,
  };
}

function assertOwn(names: { readonly key: string; readonly eventType: string }): void {
  for (const [field, name] of Object.entries(names))
    if (isPlatforms(name)) {
      const detail = `What begins with ${PLATFORM_PREFIX} is counted by the platform`;
      throw new Fault('invalid-input', { field, detail });
    }
}

function assertMeasurable(aggregation: Aggregation, valueProperty: string | null): void {
  const refuse = (detail: string): never => {
    throw new Fault('invalid-input', { field: 'valueProperty', detail });
  };
  if (aggregation === 'count' && valueProperty !== null) refuse('A count has no value: it counts events');
  if (aggregation === 'unique' && valueProperty === null) refuse('unique needs the property whose values are counted');
  if (aggregation !== 'unique' && valueProperty !== null && SUBJECTS.includes(valueProperty))
    refuse(`${valueProperty} is not a number`);
}
