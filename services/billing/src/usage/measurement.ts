import type { UsageEvent as UsageEventMessage } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { SUBJECTS, type Meter } from '../meters/meter.js';
import { quantityText } from '../quantity.js';

// What an event must have so that a meter can count it. The counting itself is SQL, in usage-rollup.table.ts.

const MAX_PROPERTIES = 50;
const MAX_PROPERTIES_BYTES = 4_096;
const MAX_KEY = 64;
/** Groups are part of a key in Postgres. */
const MAX_GROUP_TEXT = 100;

function refuse(field: string, detail: string): never {
  throw new Fault('invalid-input', { field, detail });
}

/** @throws Fault `invalid-input` when properties are too many, too large, or not plain values */
export function checkProperties(properties: Readonly<Record<string, unknown>>): void {
  const entries = Object.entries(properties);
  if (entries.length > MAX_PROPERTIES) refuse('properties', `An event has at most ${MAX_PROPERTIES} properties`);
  for (const [name, value] of entries) {
    if (name.length > MAX_KEY) refuse('properties', `A property's name has at most ${MAX_KEY} characters`);
    if (SUBJECTS.includes(name)) refuse(`properties.${name}`, `${name} is a field of the event itself`);
    if (!['string', 'number', 'boolean'].includes(typeof value))
      refuse(`properties.${name}`, 'A property is a text, a number or a boolean');
  }
  if (Buffer.byteLength(JSON.stringify(properties)) > MAX_PROPERTIES_BYTES)
    refuse('properties', `The properties of an event have at most ${MAX_PROPERTIES_BYTES} bytes`);
}

/** A property, or one of the event's own fields. */
function propertyOf(event: UsageEventMessage, name: string): unknown {
  if (SUBJECTS.includes(name)) return event[name as 'userId' | 'agentId' | 'locationId'] ?? undefined;
  return Object.hasOwn(event.properties, name) ? event.properties[name] : undefined;
}

function fieldNamed(name: string): string {
  return SUBJECTS.includes(name) ? name : `properties.${name}`;
}

/** @throws Fault `invalid-input` naming what the meter needs and the event lacks */
export function checkMeasured(event: UsageEventMessage, meter: Meter): void {
  const { key, aggregation, valueProperty, groupBy } = meter;
  for (const name of groupBy) {
    const value = propertyOf(event, name);
    if (typeof value === 'string' && value.length > MAX_GROUP_TEXT)
      refuse(fieldNamed(name), `${key} groups by ${name}, which has at most ${MAX_GROUP_TEXT} characters then`);
  }
  if (aggregation === 'count') return;
  if (valueProperty === null) {
    if (event.value == null) refuse('value', `${key} needs a value`);
    return;
  }
  const value = propertyOf(event, valueProperty);
  const field = fieldNamed(valueProperty);
  if (value === undefined) refuse(field, `${key} needs ${valueProperty}`);
  if (aggregation === 'unique') return;
  if (typeof value !== 'number') refuse(field, `${key} needs a number in ${valueProperty}`);
  quantityText(value, field);
}
