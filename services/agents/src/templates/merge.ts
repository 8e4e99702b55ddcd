import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../completions/invalid.js';

type Json = unknown;

/** A value that a newer version of a template says otherwise. */
export interface Change {
  readonly path: string;
  readonly old: Json;
  readonly new: Json;
  readonly own: Json;
  /** Whether the tenant has changed it, too, and not to the same. */
  readonly conflict: boolean;
}

/** What a tenant's configuration becomes, and what of that the template changed. */
export interface Merged {
  readonly value: Json;
  readonly changes: readonly Change[];
}

/** Things in a list are told apart by one of these. */
const NAME_FIELDS = ['name', 'table'];

/**
 * Takes what a template changed from one version to another over into a tenant's configuration (a three-way merge). Objects, lists of named
 * things and lists of texts are merged part by part. Where both changed the same, the tenant's stays unless `take` has its path.
 */
export function merge(old: Json, fresh: Json, own: Json, take: ReadonlySet<string>): Merged {
  const changes: Change[] = [];
  const at = (before: Json, after: Json, ours: Json, path: string): Json => {
    const parts = [before, after, ours].map(partsOf);
    if (parts.every((one) => one !== null)) return mergedParts(parts as Parts[], path, at);
    if (isDeepStrictEqual(before, after)) return ours;
    const conflict = !isDeepStrictEqual(before, ours) && !isDeepStrictEqual(after, ours);
    changes.push({ path, old: before ?? null, new: after ?? null, own: ours ?? null, conflict });
    return conflict && !take.has(path) ? ours : after;
  };
  const value = at(old, fresh, own, '');
  return { value, changes: changes.toSorted((x, y) => (x.path < y.path ? -1 : 1)) };
}

interface Parts {
  readonly isList: boolean;
  readonly parts: ReadonlyMap<string, Json>;
}

type MergeAt = (before: Json, after: Json, ours: Json, path: string) => Json;

function mergedParts([before, after, ours]: readonly Parts[], path: string, at: MergeAt): Json {
  const names = new Set([...ours!.parts.keys(), ...after!.parts.keys(), ...before!.parts.keys()]);
  const merged = [...names].flatMap((name): [string, Json][] => {
    const of = ({ parts }: Parts): Json => parts.get(name);
    const value = at(of(before!), of(after!), of(ours!), path === '' ? name : `${path}.${name}`);
    return value === undefined ? [] : [[name, value]];
  });
  return ours!.isList ? merged.map(([, value]) => value) : Object.fromEntries(merged);
}

/** The parts of a value by name; null for a value that is only to be had whole. */
function partsOf(value: Json): Parts | null {
  if (isObject(value)) return { isList: false, parts: new Map(Object.entries(value)) };
  if (!Array.isArray(value)) return null;
  const names = value.map((item: Json) => (typeof item === 'string' ? item : nameOf(item)));
  return names.every((name) => name !== null) && new Set(names).size === names.length
    ? { isList: true, parts: new Map(names.map((name, index) => [name, value[index]])) }
    : null;
}

function nameOf(item: Json): string | null {
  if (!isObject(item)) return null;
  const name = NAME_FIELDS.map((field) => item[field]).find((one) => typeof one === 'string');
  return name === undefined ? null : (name as string);
}
