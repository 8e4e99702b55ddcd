import { identifier, join, raw, sql, type Sql } from '@tenantry/database';
import type { PlacedTable } from '../spaces/table-space.js';
import { parseColumnType } from '../tables/column-type.js';
import { columnOf } from '../tables/table-definition.js';

/** The columns by which rows are named, under the alias `t`, with their types. */
export function keysOf({ definition }: PlacedTable): readonly { readonly name: Sql; readonly type: Sql }[] {
  return definition.primaryKey.map((name) => ({
    name: identifier('t', name),
    type: raw(parseColumnType(columnOf(definition, name)!.type).sql),
  }));
}

/** The key of a row under the alias `t`, as text. */
export function keyText(table: PlacedTable): Sql {
  const texts = keysOf(table).map(({ name }) => sql`${name}::text`);
  return sql`array[${join(texts, ', ')}]`;
}
