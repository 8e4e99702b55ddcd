import { deleteRows, insertRows, searchRows, updateRows, type Operation } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { AgentEntry } from '@tenantry/messaging';
import { z } from 'zod';
import { columnName, filters, printFilters } from './row-filter.js';
import type { Arguments, InputSchema, Tool } from './tool.js';

const MAX_ROWS = 100;
const JSON_TYPE = 'application/json';

const table = z.string().max(63).describe('The table');
const row = z.record(columnName, z.unknown()).describe('Values by column');
const someWhere = filters.min(1).describe('Which rows: all of these conditions must hold');

/** Reads a page of rows. */
const select = z.strictObject({
  table,
  columns: z.array(columnName).min(1).max(100).optional().describe('The columns to give; all by default'),
  where: filters.optional().describe('Which rows: all of these conditions must hold'),
  order: z
    .array(z.strictObject({ column: columnName, descending: z.boolean().optional() }))
    .max(5)
    .optional(),
  limit: z.int().min(1).max(MAX_ROWS).optional().describe('How many rows, 50 by default'),
  offset: z.int().min(0).max(1_000_000).optional(),
});
const insert = z.strictObject({ table, rows: z.array(row).min(1).max(MAX_ROWS) });
const update = z.strictObject({ table, where: someWhere, values: row });
const remove = z.strictObject({ table, where: someWhere });

/** The tools on the tenant's tables: those that the agent's configuration names, and no others. */
export function rowTools(): Tool[] {
  return [
    rowTool({
      name: 'select_rows',
      action: 'select',
      description: 'Reads rows of a table.',
      arguments: select,
      operation: searchRows,
      input: planSelect,
    }),
    rowTool({
      name: 'insert_rows',
      action: 'insert',
      description: 'Inserts rows into a table.',
      arguments: insert,
      operation: insertRows,
      input: ({ table: name, rows }) => ({
        table: name,
        prefer: 'return=minimal',
        contentType: JSON_TYPE,
        body: base64(rows),
      }),
    }),
    rowTool({
      name: 'update_rows',
      action: 'update',
      description: 'Changes the rows of a table that meet all conditions.',
      arguments: update,
      operation: updateRows,
      input: ({ table: name, where, values }) => ({
        table: name,
        query: queryOf(where),
        prefer: COUNTED,
        contentType: JSON_TYPE,
        body: base64(values),
      }),
    }),
    rowTool({
      name: 'delete_rows',
      action: 'delete',
      description: 'Deletes the rows of a table that meet all conditions.',
      arguments: remove,
      operation: deleteRows,
      input: ({ table: name, where }) => ({ table: name, query: queryOf(where), prefer: COUNTED }),
    }),
  ];
}

const COUNTED = 'return=minimal, count=exact';

interface RowTool<T extends z.ZodType<{ table: string }>> {
  readonly name: string;
  readonly action: string;
  readonly description: string;
  readonly arguments: T;
  readonly operation: Operation;
  readonly input: (given: z.infer<T>) => object;
}

function rowTool<T extends z.ZodType<{ table: string }>>(declared: RowTool<T>): Tool {
  const { name, action, description, operation, input } = declared;
  const schema = z.toJSONSchema(declared.arguments) as InputSchema;
  return {
    name,
    description,
    writes: action !== 'select',
    permission: operation.permission!,
    schemaFor: (agent) => withTables(schema, agent, action),
    plan: (given, { agent }) => {
      const checked = check(declared.arguments, given);
      if (!tablesOf(agent, action).includes(checked.table))
        throw new Fault('agent-refused', {
          field: 'table',
          detail: `This agent may not ${action} rows of ${checked.table}`,
        });
      return { operation, input: input(checked) };
    },
  };
}

/** The tables of which an agent may do something with rows. */
function tablesOf({ data }: AgentEntry, action: string): string[] {
  return data.filter(({ actions }) => actions.includes(action)).map((rule) => rule.table);
}

/** The schema with the tables that there are for the agent. */
function withTables(schema: InputSchema, agent: AgentEntry | null, action: string): InputSchema {
  if (!agent) return schema;
  const properties = schema.properties as Record<string, object>;
  return { ...schema, properties: { ...properties, table: { ...properties.table, enum: tablesOf(agent, action) } } };
}

function check<T extends z.ZodType>(type: T, given: Arguments): z.infer<T> {
  const result = type.safeParse(given);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({ field: path.join('.') || 'arguments', message }));
  throw new Fault('invalid-input', { errors: errors.slice(0, 20) });
}

function planSelect({
  table: name,
  columns,
  where = [],
  order = [],
  limit = 50,
  offset = 0,
}: z.infer<typeof select>): object {
  const sorting = order.map(({ column, descending }) => `${column}.${descending ? 'desc' : 'asc'}`).join(',');
  const query: Record<string, string | string[]> = { limit: String(limit), offset: String(offset) };
  if (columns) query.select = columns.join(',');
  if (sorting) query.order = sorting;
  for (const [column, condition] of printFilters(where)) query[column] = [...(query[column] ?? []), condition];
  return { table: name, contentType: JSON_TYPE, body: base64(query) };
}

function queryOf(where: z.infer<typeof filters>): string {
  return new URLSearchParams(printFilters(where)).toString();
}

function base64(body: unknown): string {
  return Buffer.from(JSON.stringify(body)).toString('base64');
}
