/** JSON as a configuration prints it. */
type Json = unknown;

/** A value that is different between two configurations. */
export interface Difference {
  readonly path: string;
  readonly old: Json;
  readonly new: Json;
}

/** Lists of things with names are compared name by name, so that an added tool does not change those after it. */
const NAME_FIELDS = ['name', 'table'];

/** What is different between two printed configurations, by path in alphabetical order. */
export function diffConfigs(from: Json, to: Json): Difference[] {
  const [before, after] = [leaves(from), leaves(to)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((path) => {
    const [old, fresh] = [before.get(path) ?? null, after.get(path) ?? null];
    return JSON.stringify(old) === JSON.stringify(fresh) ? [] : [{ path, old, new: fresh }];
  });
}

function leaves(value: Json, path = '', into = new Map<string, Json>()): Map<string, Json> {
  const named = entriesOf(value);
  if (named === null) return into.set(path, value);
  for (const [name, inner] of named) leaves(inner, path === '' ? name : `${path}.${name}`, into);
  return into;
}

/** The named parts of an object or of a list of named things; null for a value without such. */
function entriesOf(value: Json): [string, Json][] | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!Array.isArray(value)) return Object.entries(value);
  const named = value.map((item: Json) => nameOf(item));
  return value.length > 0 && named.every((name) => name !== null)
    ? named.map((name, index) => [name, value[index]])
    : null;
}

function nameOf(item: Json): string | null {
  if (typeof item !== 'object' || item === null) return null;
  const field = NAME_FIELDS.find((name) => Object.hasOwn(item, name));
  return field === undefined ? null : String((item as Record<string, Json>)[field]);
}
