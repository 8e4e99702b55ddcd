import sqlTag, { Sql, empty, join, raw } from 'sql-template-tag';

/** One statement with its values apart: `` sql`select * from thing where id = ${id}` ``. Fragments nest. */
export const sql = sqlTag;

export { Sql, empty, join, raw };

const MAX_IDENTIFIER_BYTES = 63;

/**
 * A quoted name, or a dotted path of names: `identifier('tenants', 'location')` is `"tenants"."location"`.
 * @throws TypeError for a name that Postgres would cut or can't hold; callers validate what users typed before
 */
export function identifier(...path: readonly string[]): Sql {
  return raw(path.map(quoteIdentifier).join('.'));
}

/** The text form of `identifier`, for the few places that build SQL text, such as `search_path`. */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > MAX_IDENTIFIER_BYTES) {
    throw new TypeError(`not a Postgres identifier: ${JSON.stringify(name.slice(0, MAX_IDENTIFIER_BYTES))}`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}
