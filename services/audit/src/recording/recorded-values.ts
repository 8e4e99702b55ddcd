import { Injectable } from '@nestjs/common';
import { SubjectVault, Vault, type AuditValue } from '@tenantry/database';

/** Where a value belongs, and how sensitive it is. */
export interface RecordedField {
  readonly tenantId: string;
  readonly resource: string;
  readonly resourceId: string;
  readonly field: string;
  readonly classification: string;
}

/** Makes values fit for the log: classified ones go sealed, under the key of the resource that they are about. */
@Injectable()
export class RecordedValues {
  constructor(
    private readonly vault: Vault,
    private readonly subjects: SubjectVault,
  ) {}

  /** A value as the log keeps it: in clear, as a commitment beside its sealed form, or for a secret as nothing at all. */
  async record(place: RecordedField, value: unknown): Promise<AuditValue> {
    const { tenantId, resource, resourceId, field, classification } = place;
    const plain = plainValue(value);
    if (plain === null || classification === 'none' || classification === 'internal') return plain;
    if (classification === 'secret') return { commitment: null, sealed: null };
    const text = String(plain);
    const { commitment, salt } = this.vault.commit(text);
    const subject = { table: resource, kind: 'row', value: resourceId } as const;
    const sealedPlace = { table: resource, column: field, row: resourceId };
    const sealing = { subject, place: sealedPlace, plaintext: JSON.stringify([salt, text]) };
    const [sealed] = await this.subjects.seal(tenantId, [sealing]);
    return { commitment, sealed: sealed! };
  }
}

/** What is not a plain value is kept as its JSON text. */
function plainValue(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'object' ? JSON.stringify(value) : (value as string | number | boolean);
}
