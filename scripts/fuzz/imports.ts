import { operations, type Operation } from '@tenantry/contracts';
import fc from 'fast-check';
import type { Case } from './case.js';
import { Broken, problemOf } from './properties.js';
import { tryCase } from './try-case.js';
import type { World } from './world.js';

/** An import in which one row is wrong. */
export interface FaultyImport {
  readonly format: 'ndjson' | 'csv';
  /** How many rows are right before the wrong one, and after it. */
  readonly before: number;
  readonly after: number;
  readonly wrong: Wrong;
}

const wrongs = ['type', 'column', 'tenant', 'twice', 'missing', 'syntax'] as const;
type Wrong = (typeof wrongs)[number];
type Row = Readonly<Record<string, unknown>>;

const importRows = operations.find(({ name }) => name === 'ImportRows') as Operation;
const TYPES = { ndjson: 'application/x-ndjson', csv: 'text/csv' } as const;
const definition = (name: string): object => ({
  name,
  columns: [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'label', type: 'text', nullable: false },
    { name: 'count', type: 'integer' },
  ],
});

/** Imports with one row wrong, also across the batches in which rows are written. */
export const faultyImports: fc.Arbitrary<FaultyImport> = fc.record({
  format: fc.constantFrom('ndjson' as const, 'csv' as const),
  before: fc.oneof(fc.nat({ max: 20 }), fc.constantFrom(499, 500, 501, 1_200)),
  after: fc.nat({ max: 5 }),
  wrong: fc.constantFrom(...wrongs),
});

/** An import that fails names the row and the reason, and leaves nothing. @throws Broken */
export async function tryImport(world: World, one: FaultyImport): Promise<void> {
  const table = world.fresh('i_');
  const { owner } = world.a;
  await owner.must('POST', '/v1/tables', definition(table));
  const answer = await tryCase(world, importRows, caseFor(table, one, world.b.id));
  const problem = problemOf(answer) as ReturnType<typeof problemOf> & { readonly row?: number };
  // A column of CSV is there in every row, so the first row is at fault for it.
  const isInHeader = one.format === 'csv' && (one.wrong === 'column' || one.wrong === 'tenant');
  const row = isInHeader ? 1 : one.before + 1;
  const isNamed = problem.row === row && problem.errors.every(({ field }) => field.startsWith(`rows[${row}]`));
  if (answer.status !== 422 || !isNamed) throw new Broken(`does not name row ${row}: ${answer.text}`);
  const left = await owner.must<unknown[]>('GET', `/rest/v1/${table}?select=id&limit=1`);
  if (left.length > 0) throw new Broken('a refused import left rows');
  await owner.must('DELETE', `/v1/tables/${table}`);
}

function caseFor(table: string, { format, before, after, wrong }: FaultyImport, strangerId: string): Case {
  const good = (from: number, count: number): Row[] =>
    Array.from({ length: count }, (_, index) => ({ id: from + index, label: `row ${from + index}`, count: index }));
  const bad = badRow(wrong, before, strangerId);
  const rows = [...good(1, before), ...(bad ? [bad] : []), ...good(before + 2, after)];
  const lines = format === 'csv' ? csvLines(rows, wrong) : rows.map((one) => JSON.stringify(one));
  if (!bad) lines.splice(before + (format === 'csv' ? 1 : 0), 0, format === 'csv' ? '1,2,3,4,5' : '{"id":');
  return {
    operation: importRows.name,
    kind: 'hostile',
    method: 'POST',
    target: `/rest/v1/${table}/import`,
    headers: { 'content-type': TYPES[format] },
    body: { text: lines.join('\n') },
  };
}

/** The row at fault; null where the line itself is none. */
function badRow(wrong: Wrong, before: number, strangerId: string): Row | null {
  const row = { id: before + 1, label: 'wrong', count: 1 };
  switch (wrong) {
    case 'type':
      return { ...row, count: 'many' };
    case 'column':
      return { ...row, nothing: 1 };
    case 'tenant':
      return { ...row, tenant_id: strangerId };
    case 'twice':
      return { ...row, id: before === 0 ? 'x' : 1 };
    case 'missing':
      return { ...row, label: null };
    case 'syntax':
      return null;
  }
}

function csvLines(rows: readonly Row[], wrong: Wrong): string[] {
  const isForeign = wrong === 'column' || wrong === 'tenant';
  const header = isForeign
    ? ['id', 'label', 'count', wrong === 'tenant' ? 'tenant_id' : 'nothing']
    : ['id', 'label', 'count'];
  return [header.join(), ...rows.map((row) => header.map((name) => String(row[name] ?? '')).join())];
}
