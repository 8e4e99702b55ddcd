import { empty, identifier, join, raw, sql, type Sql } from '@tenantry/database';
import type { PlacedTable } from '../spaces/table-space.js';
import { parseColumnType } from '../tables/column-type.js';
import { columnOf, type ForeignKey } from '../tables/table-definition.js';
import type { DirectColumn, Mention, OwnPlace, Walk } from './subject-walk.js';

const nameOf = (place: { readonly table: PlacedTable }): string => place.table.definition.name;

/** A table as SQL names it. */
export function target({ schema, definition }: PlacedTable): Sql {
  return identifier(schema, definition.name);
}

/**
 * Statements about the places of a walk. Each place is a common table expression with the addresses of the person's rows (`ctid`, good
 * for this statement's snapshot) and the columns that other places refer to; alternatives are a union, so that each uses its own index.
 */
export class PlaceStatements {
  readonly #index: ReadonlyMap<string, number>;

  constructor(private readonly walk: Walk) {
    this.#index = new Map(walk.own.map((place, index) => [nameOf(place), index]));
  }

  /** Counts the rows of places and mentions: `place` is the position in the list. */
  count(places: readonly (OwnPlace | Mention)[]): Sql {
    const counts = places.map((place, index) => {
      const from = 'key' in place ? this.#mentioned(place) : sql`${this.#cte(nameOf(place))}`;
      return sql`select ${index}::int as place, count(*) as rows from ${from}`;
    });
    return sql`${this.with(places.flatMap((place) => this.#needs(place)))} ${join(counts, ' union all ')}`;
  }

  /** `with …`: these places and everything that their rows belong to. */
  with(names: readonly string[]): Sql {
    const wanted = new Set(names);
    for (const place of this.walk.own.toReversed()) {
      if (wanted.has(nameOf(place))) place.parents.forEach((key) => wanted.add(key.table));
    }
    const parts = this.walk.own.filter((place) => wanted.has(nameOf(place))).map((place) => this.#define(place));
    return sql`with recursive ${join(parts, ', ')}`;
  }

  /** Whether a row of the table, under the alias `t`, is the person's. */
  isOwn(table: string): Sql {
    return sql`t.ctid = any(array(select k.place_row from ${this.#cte(table)} k))`;
  }

  /** The same, told from what the row says: it may be one that is gone. */
  describes(place: OwnPlace): Sql {
    const ways = [
      ...place.direct.map((direct) => this.#names(place, direct)),
      ...[...place.parents, ...place.recursive].map((key) => this.#belongs(place, key)),
    ];
    const told = ways.length > 0 ? join(ways, ' or ') : sql`false`;
    const names = [...place.parents, ...place.recursive].map(({ table }) => table);
    return names.length === 0 ? sql`(${told})` : sql`exists (${this.with(names)} select where ${told})`;
  }

  /** Whether a row of others, under the alias `t`, refers to a row of the person. */
  refers({ table, key }: Mention): Sql {
    const notOwn = table.definition.name === key.table && this.#index.has(key.table);
    const found = sql`(${columns('t', key.columns)}) in (select ${columns('k', key.referencedColumns)} from ${this.#cte(key.table)} k)`;
    return notOwn ? sql`${found} and not ${this.isOwn(key.table)}` : found;
  }

  /** The rows of a mention that are not the person's own. */
  #mentioned(mention: Mention): Sql {
    const name = nameOf(mention);
    const notOwn = this.#index.has(name) ? sql` and not ${this.isOwn(name)}` : sql``;
    return sql`${target(mention.table)} t where ${this.refers(mention)}${notOwn}`;
  }

  #needs(place: OwnPlace | Mention): readonly string[] {
    const names = 'key' in place ? [place.key.table, nameOf(place)] : [nameOf(place)];
    return names.filter((name) => this.#index.has(name));
  }

  #cte(table: string): Sql {
    return identifier(`k${this.#index.get(table)}`);
  }

  #define(place: OwnPlace): Sql {
    const name = nameOf(place);
    const outputs = join(
      [sql`t.ctid as place_row`, ...this.#referred(name).map((column) => identifier('t', column))],
      ', ',
    );
    const from = sql`select ${outputs} from ${target(place.table)} t where `;
    const ways = [
      ...place.direct.map((direct) => sql`${from}${this.#names(place, direct)}`),
      ...place.parents.map((key) => sql`${from}${this.#belongs(place, key)}`),
    ];
    const again = place.recursive.map((key) => this.#follows(place, key));
    // A place without any way to it has no rows; only a table that was cut out of a circle can be one.
    const first = ways.length > 0 ? ways : [sql`${from}false`];
    const rows =
      again.length > 0
        ? sql`(${join(first, ' union ')}) union select ${outputs} from ${target(place.table)} t, ${this.#cte(name)} k where ${join(again, ' or ')}`
        : join(first, ' union ');
    return sql`${this.#cte(name)} as (${rows})`;
  }

  /** The same within one table; a recursive term can only be joined. */
  #follows({ direct }: OwnPlace, { columns: own, referencedColumns }: ForeignKey): Sql {
    return sql`((${columns('t', own)}) = (${columns('k', referencedColumns)})${nobody(direct)})`;
  }

  #names({ table }: OwnPlace, { column, values }: DirectColumn): Sql {
    const type = parseColumnType(columnOf(table.definition, column)!.type).sql;
    return sql`${identifier('t', column)} = any(${[...values]}::${raw(type)}[])`;
  }

  /** A row that names somebody is theirs alone. */
  #belongs({ direct }: OwnPlace, { columns: own, table, referencedColumns }: ForeignKey): Sql {
    return sql`(${columns('t', own)}) in (select ${columns('k', referencedColumns)} from ${this.#cte(table)} k)${nobody(direct)}`;
  }

  /** The columns of a place by which something refers to it. */
  #referred(name: string): readonly string[] {
    const keys = [
      ...this.walk.own.flatMap(({ parents, recursive }) => [...parents, ...recursive]),
      ...this.walk.mentions.map(({ key }) => key),
    ];
    return [
      ...new Set(keys.filter(({ table }) => table === name).flatMap(({ referencedColumns }) => referencedColumns)),
    ];
  }
}

function nobody(direct: readonly DirectColumn[]): Sql {
  return join([empty, ...direct.map(({ column }) => sql` and ${identifier('t', column)} is null`)], '');
}

function columns(alias: string, names: readonly string[]): Sql {
  return join(
    names.map((name) => identifier(alias, name)),
    ', ',
  );
}
