/** The unit separator of ASCII. No text of a caller's has it, so a source and an id can be told apart again. */
const SEPARATOR = '\u001F';

/** How the ledger names an event within its type: by its id, or a CloudEvent by its source and id, which together are unique. */
export function ledgerId(id: string, source: string | null | undefined): string {
  return source == null ? id : `${source}${SEPARATOR}${id}`;
}

/** The source and id that a name of the ledger was made of. */
export function givenName(name: string): { readonly id: string; readonly source: string | null } {
  const at = name.indexOf(SEPARATOR);
  return at < 0 ? { id: name, source: null } : { id: name.slice(at + 1), source: name.slice(0, at) };
}

/** Whether a name of the ledger is a CloudEvent's. */
export function hasSource(name: string): boolean {
  return name.includes(SEPARATOR);
}
