const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** What XML 1.0 has no place for. */
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text as XML and HTML show it, in elements and attributes. */
export function escapeMarkup(text: string): string {
  return text.replace(UNPRINTABLE, '').replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
