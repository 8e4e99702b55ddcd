import { Fault } from '@tenantry/kernel';

/** What a caller is told about a field of theirs that can't be taken. */
export function invalid(field: string, what: string): Fault {
  return new Fault('invalid-input', { field, detail: `${field} ${what}` });
}

/** Whether something is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
