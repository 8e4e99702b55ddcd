import { Controller } from '@nestjs/common';
import { measureTables, type MeasureTablesRequest, type TableMeasure, type TablesMeasured } from '@tenantry/contracts';
import { identifier, join, sql, TenantDatabase, type Sql } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { accessTo, callerOf } from '../rows/caller.js';
import { Catalog } from '../spaces/catalog.js';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { columnOf, isEncrypted, type TableDefinition } from '../tables/table-definition.js';
import { target } from './place-statements.js';

const OPEN: readonly string[] = ['none', 'internal'];

interface Count {
  /** Which of the tables; null for the people of all of them. */
  readonly place: number | null;
  readonly rows: bigint;
  readonly people: bigint;
}

/** Counts rows and people of tables, in one statement, as the service itself: what tables declare of members' access has no say. */
@Controller()
export class MeasureTables {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
  ) {}

  @Handles(measureTables)
  handle({ tables: names }: MeasureTablesRequest, ctx: TenantContext): Promise<TablesMeasured> {
    const caller = callerOf({ ...ctx, actor: { ...ctx.actor, kind: 'service' } });
    return this.catalog.use(ctx, async (space) => {
      const tables = names.map((name, index) => placed(space, name, index));
      const counts = await this.tenants.query<Count>(caller.ctx, countAll(tables), accessTo(space));
      const measured = tables.map(({ definition }, index): TableMeasure => {
        const found = counts.find(({ place }) => place === index)!;
        const people = subjectOf(definition) === null ? null : found.people;
        return { table: definition.name, rows: found.rows, people, classes: classesOf(definition) };
      });
      return { tables: measured, people: counts.find(({ place }) => place === null)?.people ?? 0n };
    });
  }
}

/** @throws Fault `invalid-input` naming the table that is not there */
function placed(space: TableSpace, name: string, index: number): PlacedTable {
  const table = space.table(name);
  if (!table) throw new Fault('invalid-input', { field: `tables[${index}]`, detail: `There is no table ${name}` });
  return table;
}

/** The column by whose values people can be told apart; encrypted ones can't. */
function subjectOf(table: TableDefinition): string | null {
  const column = table.subjectColumn === null ? undefined : columnOf(table, table.subjectColumn);
  return column && !isEncrypted(column) ? column.name : null;
}

function classesOf({ columns }: TableDefinition): string[] {
  return [...new Set(columns.map(({ classification }) => classification))].filter((one) => !OPEN.includes(one)).sort();
}

function countAll(tables: readonly PlacedTable[]): Sql {
  const each = tables.map((table, index) => {
    const subject = subjectOf(table.definition);
    const people = subject === null ? sql`0::bigint` : sql`count(distinct ${identifier(subject)})`;
    return sql`select ${index}::int as place, count(*) as rows, ${people} as people from ${target(table)}`;
  });
  const named = tables.flatMap((table) => {
    const subject = subjectOf(table.definition);
    return subject === null ? [] : [sql`select ${identifier(subject)}::text as person from ${target(table)}`];
  });
  if (named.length === 0) return join(each, ' union all ');
  const together = sql`select null, 0::bigint, count(person) from (${join(named, ' union ')}) as everybody`;
  return join([...each, together], ' union all ');
}
