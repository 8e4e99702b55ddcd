import { Fault } from '@tenantry/kernel';

/** Throws a refusal again with its fields as an operation spells them; any other error as it is. */
export function respelled(error: unknown, spell: (field: string) => string): never {
  if (!(error instanceof Fault) || error.errors.length === 0) throw error;
  const errors = error.errors.map(({ field, message }) => ({ field: spell(field), message }));
  throw new Fault(error.reason, { detail: error.detail, errors });
}
