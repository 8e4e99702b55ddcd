import { empty, identifier, join, raw, sql, type Sql } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Principal } from '../../access/principal.js';
import type { TableSpace } from '../../spaces/table-space.js';
import { parseColumnType } from '../../tables/column-type.js';
import { type ColumnDefinition, isEncrypted } from '../../tables/table-definition.js';
import { EMPTY_LEVEL, type Level, type RowsQuery, type SelectEmbed, type SelectItem } from '../query/query.js';
import { syntaxFault } from '../query/scanner.js';
import { type Presence, printConditions, printOrder } from './print-condition.js';
import { findRelation, type Relation } from './relation.js';
import { Scope } from './scope.js';
import type { AnswerShape, EncryptedValue } from './shape.js';

/** What every part of one statement has in common. */
export interface SelectContext {
  readonly space: TableSpace;
  readonly principal: Principal | null;
  readonly levels: RowsQuery['levels'];
  /** The most rows of one table in an answer. */
  readonly maxRows: number;
}

/** A `select` that has not been put together yet, so that its rows can be counted as well as read. */
export interface PrintedSelect {
  readonly outputs: Sql;
  readonly joins: Sql;
  /** Only the joins that leave rows out. */
  readonly narrowing: Sql;
  readonly where: readonly Sql[];
  readonly order: Sql;
  readonly shape: AnswerShape;
}

/** Prints statements from a query and the catalog. Names come from the catalog, values are bound: nothing else gets in. */
export class SelectPrinter {
  readonly #used = new Set<string>(['']);
  #aliases = 0;

  constructor(readonly context: SelectContext) {}

  /** @throws Fault when the query says something about a table that it does not embed */
  assertAllLevelsUsed(): void {
    for (const path of this.context.levels.keys()) {
      if (!this.#used.has(path)) {
        throw new Fault('malformed-request', {
          field: path,
          detail: `${path} is not embedded by select, so it can not be filtered or ordered`,
          extra: { code: 'PGRST108' },
        });
      }
    }
  }

  level(path: string): Level {
    this.#used.add(path);
    return this.context.levels.get(path) ?? EMPTY_LEVEL;
  }

  nextAlias(): string {
    this.#aliases += 1;
    return `t${this.#aliases}`;
  }

  /** One table with everything embedded in it. */
  select(scope: Scope, items: readonly SelectItem[], path: string): PrintedSelect {
    const draft = new OutputDraft();
    for (const item of items) {
      if (item.kind === 'embed') {
        this.#embed(scope, item, path, draft);
      } else {
        columnsOf(scope, item).forEach(([key, column, cast]) => draft.column(scope, key, column, cast));
      }
    }
    const level = this.level(path);
    const where = printConditions(level.conditions, scope, draft.presence);
    return { ...draft.print(), where, order: orderBy(level, scope) };
  }

  #embed(outer: Scope, item: SelectEmbed, path: string, draft: OutputDraft): void {
    const relation = findRelation(this.context.space, outer.table, item);
    const key = item.alias ?? item.target;
    const innerPath = path ? `${path}.${key}` : key;
    const scope = new Scope(relation.target, this.nextAlias(), this.context.principal);
    const printed = this.select(scope, item.select, innerPath);
    const { limit, offset } = this.level(innerPath);
    const alias = this.nextAlias();
    const source = sql`select ${printed.outputs} from ${placed(scope)}${printed.joins}${this.#link(outer, scope, relation, printed.where)}${printed.order}${page(
      relation.many ? Math.min(limit ?? this.context.maxRows, this.context.maxRows) : 1,
      offset,
    )}`;
    const row = identifier(`${alias}r`);
    const value = relation.many ? sql`json_agg(${row}.*)` : sql`row_to_json(${row}.*)`;
    const lateral = sql`lateral (select ${value} as v from (${source}) ${row}) ${identifier(alias)}`;
    draft.embed({ key, alias, relation, item, lateral, shape: printed.shape });
  }

  /** The rows that belong to the outer row. `tenant_id` is compared as well, for the index that starts with it. */
  #link(outer: Scope, inner: Scope, { on, through }: Relation, where: readonly Sql[]): Sql {
    if (!through) {
      return sql` where ${join([...equalities(outer.alias, inner.alias, on), ...where], ' and ')}`;
    }
    const middle = new Scope(through.table, this.nextAlias(), this.context.principal);
    const joined = join(equalities(middle.alias, inner.alias, through.on), ' and ');
    return sql` join ${placed(middle)} on ${joined} where ${join([...equalities(outer.alias, middle.alias, on), ...where], ' and ')}`;
  }
}

function equalities(left: string, right: string, pairs: readonly (readonly [string, string])[]): Sql[] {
  return [['tenant_id', 'tenant_id'] as const, ...pairs].map(
    ([one, other]) => sql`${identifier(right, other)} = ${identifier(left, one)}`,
  );
}

/** A scope's table, to stand in `from`. */
export function placed({ table, alias }: Scope): Sql {
  return sql`${identifier(table.schema, table.definition.name)} as ${identifier(alias)}`;
}

/** `limit` and `offset`, bound. */
export function page(limit: number | null, offset: number | null): Sql {
  return sql`${limit === null ? empty : sql` limit ${limit}`}${offset ? sql` offset ${offset}` : empty}`;
}

/** What is ordered or cut into pages is ordered to the last row, so that pages never overlap. */
function orderBy(level: Level, scope: Scope): Sql {
  const { order, limit, offset } = level;
  if (!order.length && limit === null && offset === null) {
    return empty;
  }
  const rest = scope.table.definition.primaryKey.filter((name) => !order.some((term) => term.column === name));
  return sql` order by ${join([...printOrder(order, scope), ...rest.map((name) => scope.sql(name))], ', ')}`;
}

type OutputColumn = readonly [key: string, column: ColumnDefinition, cast: string | null];

function columnsOf(scope: Scope, item: Exclude<SelectItem, SelectEmbed>): readonly OutputColumn[] {
  if (item.kind === 'all') {
    return scope.visible.map((column) => [column.name, column, null]);
  }
  const column = scope.column(item.name, 'select');
  if (item.cast !== null && isEncrypted(column)) {
    throw new Fault('invalid-input', {
      field: 'select',
      detail: `${item.name} is stored encrypted and can not be cast`,
    });
  }
  return [[item.alias ?? item.name, column, item.cast === null ? null : parseColumnType(item.cast, 'select').sql]];
}

interface EmbedOutput {
  readonly key: string;
  readonly alias: string;
  readonly relation: Relation;
  readonly item: SelectEmbed;
  readonly lateral: Sql;
  readonly shape: AnswerShape;
}

/** Collects what one table of the answer consists of. */
class OutputDraft {
  readonly #outputs: Sql[] = [];
  readonly #keys = new Map<string, string>();
  readonly #joins = new Map<string, { readonly value: Sql; readonly join: Sql; narrows: boolean }>();
  readonly #values: EncryptedValue[] = [];
  readonly #embedded: { key: string; shape: AnswerShape }[] = [];

  column(scope: Scope, key: string, column: ColumnDefinition, cast: string | null): void {
    if (!this.#claim(key, `${column.name}::${cast}`)) {
      return;
    }
    const value = scope.sql(column.name);
    if (isEncrypted(column)) {
      const rowKey = join(
        scope.table.definition.primaryKey.map((name) => sql`${scope.sql(name)}::text`),
        ', ',
      );
      this.#values.push({ key, table: scope.table, column });
      this.#outputs.push(
        sql`case when ${value} is not null then json_build_array(${value}, ${rowKey}) end as ${outputName(key)}`,
      );
    } else {
      this.#outputs.push(sql`${value}${cast === null ? empty : raw(`::${cast}`)} as ${outputName(key)}`);
    }
  }

  embed({ key, alias, relation, item, lateral, shape }: EmbedOutput): void {
    const value = identifier(alias, 'v');
    this.#claim(key, `embedded ${alias}`);
    const joined = item.inner ? sql` join ${lateral} on ${value} is not null` : sql` left join ${lateral} on true`;
    this.#joins.set(key, { value, join: joined, narrows: item.inner });
    // One without columns only narrows.
    if (item.select.length) {
      this.#outputs.push(sql`${relation.many ? sql`coalesce(${value}, '[]'::json)` : value} as ${outputName(key)}`);
      this.#embedded.push({ key, shape });
    }
  }

  /** Lets a condition ask whether something is embedded; that one then narrows as well. */
  readonly presence: Presence = (name) => {
    const embedded = this.#joins.get(name);
    if (embedded) {
      embedded.narrows = true;
    }
    return embedded?.value;
  };

  /** After the conditions have been printed, because they decide what narrows. */
  print(): Omit<PrintedSelect, 'where' | 'order'> {
    const joins = [...this.#joins.values()];
    return {
      outputs: list(this.#outputs, ', '),
      joins: list(
        joins.map((one) => one.join),
        '',
      ),
      narrowing: list(
        joins.filter(({ narrows }) => narrows).map((one) => one.join),
        '',
      ),
      shape: { values: this.#values, embedded: this.#embedded },
    };
  }

  /** The same thing twice is said once; two things can't have one name. */
  #claim(key: string, what: string): boolean {
    const known = this.#keys.get(key);
    if (known !== undefined && known !== what) {
      throw syntaxFault(
        'select',
        `two things are called ${key.slice(0, 63)}; give one another name, as in other:${key.slice(0, 63)}`,
      );
    }
    this.#keys.set(key, what);
    return known === undefined;
  }
}

/** `join` refuses an empty list. */
function list(parts: readonly Sql[], separator: string): Sql {
  return parts.length ? join(parts, separator) : empty;
}

/** A name in the answer is chosen by the caller. @throws Fault when Postgres can't hold it */
function outputName(key: string): Sql {
  if (key === '' || key.includes('\0') || Buffer.byteLength(key) > 63) {
    throw syntaxFault('select', 'a name has 1 to 63 bytes');
  }
  return identifier(key);
}
