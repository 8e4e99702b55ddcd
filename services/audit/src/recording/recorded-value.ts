import type { AuditValue, Vault } from '@tenantry/database';

/** Where a value belongs, and how sensitive it is. */
export interface RecordedField {
  readonly tenantId: string;
  readonly resource: string;
  readonly resourceId: string;
  readonly field: string;
  readonly classification: string;
}

/** A value as the log keeps it: in clear, as a commitment beside its sealed form, or for a secret as nothing at all. */
export async function recordValue(vault: Vault, place: RecordedField, value: unknown): Promise<AuditValue> {
  const { tenantId, resource, resourceId, field, classification } = place;
  const plain = plainValue(value);
  if (plain === null || classification === 'none' || classification === 'internal') return plain;
  if (classification === 'secret') return { commitment: null, sealed: null };
  const text = String(plain);
  const { commitment, salt } = vault.commit(text);
  const sealedPlace = { table: resource, column: field, row: resourceId };
  return { commitment, sealed: await vault.seal(tenantId, sealedPlace, JSON.stringify([salt, text])) };
}

/** What is not a plain value is kept as its JSON text. */
function plainValue(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'object' ? JSON.stringify(value) : (value as string | number | boolean);
}
