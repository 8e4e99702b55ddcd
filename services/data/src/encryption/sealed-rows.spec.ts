import { type Sql, sql, type Transaction } from '@tenantry/database';
import { ProductDefinitions } from '../product-tables/product-definitions.js';
import { readSpace } from '../spaces/catalog.js';
import { isEncrypted } from '../tables/table-definition.js';
import { dataTenants } from '../testing/data.fixture.js';
import { enterRows, leaveRows, saveResealed, sealedRowsAfter } from './sealed-rows.table.js';

const text = (name: string) => ({ name, type: 'text' });
const columns = [
  { ...text('ward'), primaryKey: true },
  { name: 'bed', type: 'integer', primaryKey: true },
  { ...text('ssn'), classification: 'phi', searchable: true },
];
const beds = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => ({ ward: `w${n % 3}`, bed: from + n, ssn: `s-${from + n}` }));

describe('a batch of rows that are sealed again', () => {
  const t = dataTenants();

  it('is written by the keys of its rows, in a table without statistics too, and touches no other row', async () => {
    for (const rows of [t.pool, t.schema]) {
      await rows.createTable({ name: 'beds', columns });
      await rows.post('beds', beds(1, 900));
    }
    const [statements, plan] = await t.doors.tenants.transaction(t.pool.context(), async (tx) => {
      const space = (await readSpace(tx, tx.tenantId, new ProductDefinitions(t.doors.control)))!;
      const table = space.table('beds')!;
      const secret = table.definition.columns.filter(isEncrypted);
      const ran: Sql[] = [];
      const watched = {
        query: (statement: Sql) => tx.query(statement),
        execute: (statement: Sql) => (ran.push(statement), tx.execute(statement)),
      } as Transaction;
      await enterRows(tx, space);
      const rows = await sealedRowsAfter(tx, table, secret, { afterKey: ['w0', '10'], limit: 5 });
      const resealed = rows.map((row) => ({ ...row, resealed: ['tny1.t.9.AAAA'], blind: [7] }));
      expect(await saveResealed(watched, table, secret, resealed)).toBe(5);
      const explained = await tx.query(sql`explain (format json) ${ran[0]!}`);
      await leaveRows(tx);
      return [ran, JSON.stringify(explained)] as const;
    });
    expect(statements).toHaveLength(1);
    expect(plan).toMatch(/"Index Name":"beds_pkey"[^}]*"Index Cond":"[^"]*\(ROW\(ward, bed\) >= ROW\(/);
    const written = (id: string) =>
      t.database.admin(`select bed from "${t.schemaOf(id)}".beds where ssn = 'tny1.t.9.AAAA' and "ssn$blind" = 7`);
    expect(await written(t.pool.id)).toHaveLength(5);
    expect(await written(t.schema.id)).toEqual([]);
  });
});
