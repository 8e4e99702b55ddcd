/** What a hostile call names: somebody's tenant, their schema, a table of theirs and a row in it. */
export interface Named {
  readonly tenantId: string;
  readonly schema: string;
  readonly table: string;
  readonly row: string;
}

type Values = (named: Named) => readonly unknown[];

const texts: Values = ({ tenantId, schema, table }) => [table, `${schema}.${table}`, schema, tenantId, 'UTC', 'none'];

/** What is tried for an argument, by its type. One line more for a type that is new here. */
const valuesOf: Readonly<Record<string, Values>> = {
  uuid: ({ tenantId, row }) => [row, tenantId],
  'uuid[]': ({ tenantId, row }) => [[row], [tenantId]],
  text: texts,
  'character varying': texts,
  'text[]': (named) => texts(named).map((text) => [text]),
  regclass: ({ schema, table }) => [`${schema}.${table}`],
  jsonb: ({ schema, table }) => [
    '[]',
    JSON.stringify([{ do: 'drop_table', table }]),
    JSON.stringify([{ do: 'drop_table', table: `${schema}.${table}` }]),
  ],
  boolean: () => [true, false],
  integer: () => [1],
  bigint: () => [1],
  'timestamp with time zone': () => ['2000-01-01T00:00:00Z', '2100-01-01T00:00:00Z'],
  date: () => ['2000-01-01'],
};

const MAX_CALLS = 16;

/** Every combination of what can be said for the arguments, at most so many; null where a type is not known. */
export function argumentsFor(types: readonly string[], named: Named): (readonly unknown[])[] | null {
  let calls: (readonly unknown[])[] = [[]];
  for (const type of types) {
    const values = valuesOf[type]?.(named);
    if (!values) return null;
    calls = calls.flatMap((call) => values.map((value) => [...call, value]));
  }
  const step = Math.ceil(calls.length / MAX_CALLS);
  return calls.filter((_, index) => index % step === 0);
}
