import { isDeepStrictEqual } from 'node:util';
import { PostgrestClient } from '@supabase/postgrest-js';
import type { Report } from './report.js';
import type { Row } from './rows.js';
import type { DemoTenant, World } from './world.js';

/** The unmodified PostgREST client as a tenant's owner uses it. */
function clientOf({ owner }: DemoTenant): PostgrestClient {
  return new PostgrestClient(`${owner.baseUrl}/rest/v1`, { headers: owner.headers });
}

/** Reads rows back with the PostgREST client: filter, order, page with exact count, join through a foreign key. */
export async function readBack({ chinook, clinic }: World, report: Report): Promise<void> {
  await filterAndOrder(chinook, report);
  await page(chinook, report);
  await join(chinook, report);
  await encryptedColumn(clinic, report);
}

const rowsOf = ({ tables }: DemoTenant, name: string): readonly Row[] =>
  tables.find(({ definition }) => definition.name === name)?.rows ?? [];

async function filterAndOrder(chinook: DemoTenant, report: Report): Promise<void> {
  const query = clientOf(chinook).from('tracks').select('track_id,milliseconds').gt('milliseconds', 300_000);
  const { data } = await query.order('milliseconds', { ascending: false }).limit(5);
  const lengths = (data ?? []).map(({ milliseconds }) => milliseconds as number);
  const expected = rowsOf(chinook, 'tracks')
    .map(({ milliseconds }) => Number(milliseconds))
    .sort((x, y) => y - x)
    .slice(0, 5);
  report.check(
    'a filter and an order',
    isDeepStrictEqual(lengths, expected),
    `the longest track lasts ${lengths[0]} ms`,
  );
}

async function page(chinook: DemoTenant, report: Report): Promise<void> {
  const invoices = clientOf(chinook).from('invoices').select('*', { count: 'exact' });
  const { count, data } = await invoices.order('invoice_id').range(10, 19);
  const held = count === rowsOf(chinook, 'invoices').length && data?.length === 10;
  report.check('a page with an exact count', held, `rows 10–19 of ${count}`);
}

async function join(chinook: DemoTenant, report: Report): Promise<void> {
  const { data } = await clientOf(chinook).from('customers').select('*,invoices(*)').order('customer_id').limit(1);
  const invoices = (data?.[0]?.invoices ?? []) as unknown[];
  const expected = rowsOf(chinook, 'invoices').filter((invoice) => invoice['customer_id'] === 1).length;
  const held = expected > 0 && invoices.length === expected;
  report.check('a join through a foreign key', held, `customer 1 with ${invoices.length} invoices`);
}

async function encryptedColumn(clinic: DemoTenant, report: Report): Promise<void> {
  const patient = rowsOf(clinic, 'patients')[0]!;
  const { data } = await clientOf(clinic).from('patients').select('id,ssn').eq('id', patient['id']).single();
  report.check(
    'an encrypted column reads back',
    data?.ssn === patient['ssn'],
    'the SSN of a patient, stored encrypted',
  );
}
