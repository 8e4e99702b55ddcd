/** A row's key as one text: what its encrypted values are bound to, and its id in the audit trail. */
export function rowKey(values: readonly string[]): string {
  return values.length === 1 ? values[0]! : JSON.stringify(values);
}
