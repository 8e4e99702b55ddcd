import { PostgrestClient } from '@supabase/postgrest-js';
import type { Report } from './report.js';
import type { World } from './world.js';

/** Reads the shop back with the unmodified PostgREST client: filter, order, page with exact count, join through a foreign key. */
export async function readBack({ chinook, clinic }: World, report: Report): Promise<void> {
  const shop = new PostgrestClient(`${chinook.owner.baseUrl}/rest/v1`, { headers: chinook.owner.headers });
  const rowsOf = (name: string) => chinook.tables.find(({ definition }) => definition.name === name)?.rows ?? [];

  const long = rowsOf('tracks').filter((track) => Number(track['milliseconds']) > 300_000);
  const filtered = await shop
    .from('tracks')
    .select('track_id,milliseconds')
    .gt('milliseconds', 300_000)
    .order('milliseconds', { ascending: false })
    .limit(5);
  const sorted = filtered.data?.every(
    (row, index, all) => index === 0 || all[index - 1]!.milliseconds >= row.milliseconds,
  );
  report.check(
    'a filter and an order',
    filtered.data?.length === 5 && sorted === true,
    `the longest of ${long.length} tracks over five minutes lasts ${filtered.data?.[0]?.milliseconds} ms`,
  );

  const page = await shop.from('invoices').select('*', { count: 'exact' }).order('invoice_id').range(10, 19);
  report.check(
    'a page with an exact count',
    page.count === rowsOf('invoices').length && page.data?.length === 10,
    `rows 10–19 of ${page.count}`,
  );

  const joined = await shop.from('customers').select('*,invoices(*)').order('customer_id').limit(3);
  const invoices = joined.data?.[0]?.invoices as { customer_id: number }[] | undefined;
  const expected = rowsOf('invoices').filter((invoice) => invoice['customer_id'] === 1).length;
  report.check(
    'a join through a foreign key',
    invoices?.length === expected && expected > 0,
    `customer 1 with ${invoices?.length} invoices`,
  );

  const ward = new PostgrestClient(`${clinic.owner.baseUrl}/rest/v1`, { headers: clinic.owner.headers });
  const patient = clinic.tables[0]!.rows[0]!;
  const found = await ward.from('patients').select('id,ssn,birthdate').eq('id', patient['id']).single();
  report.check(
    'an encrypted column reads back',
    found.data?.ssn === patient['ssn'],
    'the SSN of a patient, stored encrypted',
  );
}
