import { events, type ActionSchema, type FieldFacts } from '@tenantry/contracts';

const TYPES: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int32: 'integer',
  double: 'number',
  message: 'object',
};

/** A field as it is in the log: numbers of 64 bits and times are text; of a classified one there is only what commits to it. */
function schemaOf({ kind, repeated, dataClass }: FieldFacts): object {
  if (dataClass !== 'none' && dataClass !== 'internal') return { type: ['object', 'null'] };
  if (repeated) return { type: 'array' };
  return kind === 'json' ? {} : { type: TYPES[kind] ?? 'string' };
}

/** What Tenantry itself records, as its events declare it. The fields are in `new` of an entry that names no row. */
export function ownSchemas(): ActionSchema[] {
  return events.map(({ event, fields }) => {
    const properties = Object.fromEntries(fields.map((field) => [field.wire, schemaOf(field)]));
    const resource = {
      type: 'string',
      description: `${event.service}.${event.name}, or the kind of row that it changed`,
    };
    const schema = { type: 'object', properties: { resource, new: { type: 'object', properties } } };
    return { action: event.action, version: 1, source: 'tenantry', schema, registeredAt: null };
  });
}
