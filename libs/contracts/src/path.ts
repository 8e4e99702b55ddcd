/** Paths of fields in error messages, such as `columns[2].name`. */

/** Names are the caller's text: shown, but not at any length. */
const MAX_SHOWN_NAME = 64;

/** The path of a member. */
export function join(parent: string, name: string): string {
  return parent ? `${parent}.${name}` : name;
}

/** A name that a caller made up, safe to print: no control characters, not endless, and not nothing. */
export function shown(name: string): string {
  if (name === '') {
    return '""';
  }
  const text = JSON.stringify(name.slice(0, MAX_SHOWN_NAME)).slice(1, -1);
  return name.length > MAX_SHOWN_NAME ? `${text}…` : text;
}

/** Whether a path is another one or leads on from it. */
export function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}
