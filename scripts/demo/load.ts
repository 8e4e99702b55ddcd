import type { Report } from './report.js';
import { toNdjson, type LoadableTable } from './rows.js';
import { countRows, type DemoTenant, type World } from './world.js';
import type { Api } from './api.js';

/** Defines a tenant's own tables and imports their rows, parents first. */
export async function loadTables(
  tenant: DemoTenant,
  report: Report,
  tables: readonly LoadableTable[] = tenant.tables,
): Promise<void> {
  for (const { definition } of tables) await tenant.owner.must('POST', '/v1/tables', { body: definition });
  await importRows(tenant, report, tables);
}

/** Defines the product tables that are missing; a second run finds them there. */
export async function defineProductTables(admin: Api, tables: readonly LoadableTable[]): Promise<void> {
  for (const { definition } of tables) {
    const answer = await admin.call<{ code?: string }>('POST', '/v1/product-tables', { body: definition });
    if (answer.status >= 300 && answer.body.code !== 'table-exists') {
      throw new Error(`Product table ${definition.name} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
  }
}

/** Imports rows as newline-delimited JSON, a table at a time. */
export async function importRows(tenant: DemoTenant, report: Report, tables: readonly LoadableTable[]): Promise<void> {
  const startedMs = performance.now();
  let imported = 0;
  for (const { definition, rows } of tables) {
    const raw = { type: 'application/x-ndjson', data: toNdjson(rows) };
    const answer = await tenant.owner.must<{ rows: number | string }>('POST', `/rest/v1/${definition.name}/import`, {
      raw,
    });
    imported += Number(answer.rows);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const expected = countRows(tables);
  report.check(
    `${tenant.slug}: rows imported`,
    imported === expected,
    `${imported} of ${expected} rows in ${tables.length} tables, ${seconds.toFixed(1)} s`,
  );
}

/** An import that is wrong at one row says which and why, and leaves nothing. */
export async function importWithMistake({ chinook }: World, report: Report): Promise<void> {
  const rows = [
    { genre_id: 901, name: 'Kept?' },
    { genre_id: 'not a number', name: 'Wrong' },
  ];
  const answer = await chinook.owner.call<{ detail?: string }>('POST', '/rest/v1/genres/import', {
    raw: { type: 'application/x-ndjson', data: toNdjson(rows) },
  });
  const left = await chinook.owner.call<unknown[]>('GET', '/rest/v1/genres?genre_id=eq.901');
  report.check(
    'an import with a wrong row',
    answer.status === 422 && left.body.length === 0,
    `${answer.status}: ${answer.body.detail ?? ''}; nothing was kept`,
  );
}
