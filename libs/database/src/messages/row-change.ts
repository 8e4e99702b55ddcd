/** A value in the audit trail; a classified one is a commitment beside its sealed form (both null for a secret). */
export type AuditValue =
  string | number | boolean | null | { readonly commitment: string | null; readonly sealed: string | null };

/** One changed or read row of a resource, as the audit log records it. */
export interface RowChange {
  readonly resource: string;
  readonly id: string;
  readonly action: 'insert' | 'update' | 'delete' | 'read';
  readonly old?: Readonly<Record<string, AuditValue>>;
  readonly new?: Readonly<Record<string, AuditValue>>;
}

const LARGE_CHARACTERS = 256;

/** Replaces large values by their digest: what they were can be checked, not read. */
export function shrinkChange(change: RowChange, digest: (value: string) => string): RowChange {
  const shrink = (value: AuditValue): AuditValue => {
    if (typeof value === 'string' && value.length > LARGE_CHARACTERS) {
      return { commitment: digest(value), sealed: null };
    }
    if (typeof value === 'object' && value !== null && (value.sealed?.length ?? 0) > LARGE_CHARACTERS) {
      return { commitment: value.commitment, sealed: null };
    }
    return value;
  };
  const all = (values: RowChange['old']): RowChange['old'] =>
    values && Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shrink(value)]));
  return { ...change, old: all(change.old), new: all(change.new) };
}
