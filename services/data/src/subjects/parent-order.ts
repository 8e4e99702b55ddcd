import type { PlacedTable } from '../spaces/table-space.js';
import type { OwnPlace, Unsearched } from './subject-walk.js';

const nameOf = (place: { readonly table: PlacedTable }): string => place.table.definition.name;

/** The tables that a place's rows refer to, by how much it matters to come after them. */
interface Edges {
  /** Its rows are found through these, or name the person there. */
  readonly firm: readonly string[];
  /** Something else refers to these; when it comes to deleting, it can be emptied. */
  readonly loose: readonly string[];
}

/**
 * Puts places in an order in which each comes after those that its rows refer to (Kahn, 1962): found in this order, deleted in the other.
 * Tables that refer to each other in a circle can not be ordered: the link that closes it is cut, and told.
 */
export function inParentOrder(places: readonly OwnPlace[]): { ordered: OwnPlace[]; cut: Unsearched[] } {
  const names = new Set(places.map(nameOf));
  const edges = new Map(places.map((place) => [place, edgesOf(place, names)]));
  const ordered: OwnPlace[] = [];
  const cut: Unsearched[] = [];
  const done = new Set<string>();
  let waiting = [...places];
  while (waiting.length > 0) {
    const isDone = (table: string): boolean => done.has(table);
    const firm = waiting.filter((place) => edges.get(place)!.firm.every(isDone));
    const free = firm.filter((place) => edges.get(place)!.loose.every(isDone));
    const next = free.length > 0 ? free : firm.length > 0 ? firm.slice(0, 1) : [breakCircle(waiting, done, cut)];
    next.forEach((place) => done.add(nameOf(place)));
    ordered.push(...next);
    waiting = waiting.filter((place) => !done.has(nameOf(place)));
  }
  return { ordered, cut };
}

function edgesOf({ table: { definition }, direct, parents }: OwnPlace, names: ReadonlySet<string>): Edges {
  const keys = definition.foreignKeys.filter((key) => key.table !== definition.name && names.has(key.table));
  const isFirm = (key: (typeof keys)[number]): boolean =>
    parents.includes(key) || (key.columns.length === 1 && direct.some(({ column }) => column === key.columns[0]));
  return {
    firm: keys.filter(isFirm).map(({ table }) => table),
    loose: keys.filter((key) => !isFirm(key)).map(({ table }) => table),
  };
}

/** The place that is linked to something known already, without its links to what is not. */
function breakCircle(waiting: readonly OwnPlace[], done: ReadonlySet<string>, cut: Unsearched[]): OwnPlace {
  const isAnchored = ({ direct, parents }: OwnPlace): boolean =>
    direct.length > 0 || parents.some((key) => done.has(key.table));
  const place = waiting.find(isAnchored) ?? waiting[0]!;
  const open = place.parents.filter((key) => !done.has(key.table));
  if (open.length > 0)
    cut.push({
      table: place.table,
      reason: `Rows that are the person's only by ${open.map(({ name }) => name).join(', ')} close a circle of tables and were not followed. Search them by hand`,
    });
  return { ...place, parents: place.parents.filter((key) => done.has(key.table)) };
}
