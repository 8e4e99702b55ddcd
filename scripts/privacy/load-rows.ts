import type { LoadableTable } from '../demo/rows.js';
import type { Client } from '../fuzz/client.js';

const ROWS_A_REQUEST = 2_000;

/** Makes tables and fills them, parents first. */
export async function loadRows(owner: Client, tables: readonly LoadableTable[]): Promise<void> {
  for (const { definition, rows } of tables) {
    await owner.must('POST', '/v1/tables', definition);
    for (let first = 0; first < rows.length; first += ROWS_A_REQUEST) {
      await owner.must('POST', `/rest/v1/${definition.name}`, rows.slice(first, first + ROWS_A_REQUEST));
    }
  }
}
