import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isSignedBy, parseNote, parseVerifier } from '@tenantry/audit-proofs';
import { eventually } from '@tenantry/testing';
import { loadChinook } from '../demo/chinook.js';
import { loadClinic } from '../demo/clinic.js';
import type { LoadableTable, Row } from '../demo/rows.js';
import { World, type WorldTenant } from '../fuzz/world.js';
import { loadRows } from './load-rows.js';
import { unzip } from './unzip.js';

type Place = { position: number; place: string; kind: string; rows: string; collected: string | null; status: string };
type Access = { id: string; status: string; digest: string; places: Place[] };
type Link = { token: string; code: string };

const DATA = process.env['TENANTRY_DEMO_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
const CUSTOMER = 5;

describe('a whole system asked for one person', () => {
  let world: World;
  let shop: readonly LoadableTable[];
  let clinic: readonly LoadableTable[];

  beforeAll(async () => {
    world = await World.open();
    shop = (await loadChinook(DATA)).tables;
    clinic = (await loadClinic(DATA)).tables;
    await loadRows(world.a.owner, shop);
    await loadRows(world.b.owner, shop);
    await loadRows(world.b.owner, clinic);
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  const rowsOf = (tables: readonly LoadableTable[], name: string, isOwn: (row: Row) => boolean): Row[] =>
    tables.find(({ definition }) => definition.name === name)!.rows.filter(isOwn);

  it.each(['a', 'b'] as const)('gives a customer of tenant %s every row of theirs and nobody else’s', async (which) => {
    const tenant = world[which];
    const files = await copyOf(world, tenant, 'customers', String(CUSTOMER));
    const invoices = rowsOf(shop, 'invoices', (row) => row['customer_id'] === CUSTOMER);
    const ids = new Set(invoices.map((row) => row['invoice_id']));
    const lines = rowsOf(shop, 'invoice_lines', (row) => ids.has(row['invoice_id']));
    expect(keys(files, 'customers', 'customer_id')).toEqual([CUSTOMER]);
    expect(keys(files, 'invoices', 'invoice_id')).toEqual(sorted(invoices, 'invoice_id'));
    expect(keys(files, 'invoice_lines', 'invoice_line_id')).toEqual(sorted(lines, 'invoice_line_id'));
    const others = rowsOf(shop, 'customers', (row) => row['customer_id'] !== CUSTOMER).map((row) =>
      String(row['email']),
    );
    const staff = rowsOf(shop, 'employees', () => true).map((row) => String(row['email']));
    const everything = [...files.values()].join('\n');
    expect([...others, ...staff].filter((email) => everything.includes(email))).toEqual([]);
  });

  it('gives a patient their encrypted values in clear', async () => {
    const patient = clinic.find(({ definition }) => definition.name === 'patients')!.rows[0]!;
    const files = await copyOf(world, world.b, 'patients', String(patient['id']));
    expect(rowsIn(files, 'patients')).toEqual([expect.objectContaining({ id: patient['id'], ssn: patient['ssn'] })]);
    for (const table of ['allergies', 'conditions']) {
      expect(keys(files, table, 'id')).toEqual(
        sorted(
          rowsOf(clinic, table, (row) => row['patient'] === patient['id']),
          'id',
        ),
      );
    }
  });

  it('signs what it gave, file by file', async () => {
    const files = await copyOf(world, world.a, 'customers', '6');
    const manifest = JSON.parse(files.get('manifest.json')!) as {
      files: { path: string; sha256: string }[];
      places: object[];
    };
    for (const { path, sha256 } of manifest.files) {
      expect(createHash('sha256').update(files.get(path)!).digest('hex')).toBe(sha256);
    }
    expect([...files.keys()].filter((path) => !path.startsWith('manifest.'))).toEqual(
      manifest.files.map(({ path }) => path),
    );
    const name = `tenantry/access-manifest/${world.a.id}`;
    const note = parseNote(files.get('manifest.note')!);
    expect(note.text).toBe(`${name}\n${files.get('manifest.json')!}\n`);
    const { key } = await world.a.owner.must<{ key: string }>('GET', '/v1/audit/checkpoint');
    const { publicKey } = parseVerifier(key);
    expect(isSignedBy(note, { name, publicKey })).toBe(true);
    expect(files.get('index.html')).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('gives a copy once, to whoever has both parts of its link', async () => {
    const link = await released(world, world.a, 'customers', '7');
    const wrong = await fetchBundle(world, { ...link, code: link.code === '00000000' ? '11111111' : '00000000' });
    const unknown = await fetchBundle(world, { ...link, token: 'x'.repeat(43) });
    const first = await fetchBundle(world, link);
    const second = await fetchBundle(world, link);
    expect([wrong.status, unknown.status, first.status, second.status]).toEqual([404, 404, 200, 404]);
  });

  it('does not let one tenant see another’s copies', async () => {
    const { id } = await plan(world.a, 'customers', '8');
    await expect(world.b.owner.must('GET', `/v1/privacy/access/${id}`)).rejects.toThrow('404');
  });
});

function plan({ owner }: WorldTenant, table: string, value: string): Promise<Access> {
  return owner.must<Access>('POST', '/v1/privacy/access', { subject: [{ table, value }] });
}

/** Plans, collects and reviews a copy as staff do; answers its link. */
async function released(world: World, tenant: WorldTenant, table: string, value: string): Promise<Link> {
  const { owner } = tenant;
  const { id, digest, places } = await plan(tenant, table, value);
  await owner.must('POST', `/v1/privacy/access/${id}/collect`, { digest });
  for (const { position } of places.filter(({ kind }) => kind === 'task')) {
    await owner.must('POST', `/v1/privacy/access/${id}/tasks/${position}`, { finding: 'Nothing was found.' });
  }
  await eventually(async () => (await owner.must<Access>('GET', `/v1/privacy/access/${id}`)).status === 'review');
  return owner.must<Link>('POST', `/v1/privacy/access/${id}/release`, {});
}

async function fetchBundle({ wire }: World, { token, code }: Link): Promise<{ status: number; bytes: Buffer }> {
  const answer = await fetch(new URL('/v1/privacy/bundles/download', wire.baseUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, code }),
  });
  return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
}

async function copyOf(
  world: World,
  tenant: WorldTenant,
  table: string,
  value: string,
): Promise<ReadonlyMap<string, string>> {
  const { status, bytes } = await fetchBundle(world, await released(world, tenant, table, value));
  expect(status).toBe(200);
  return unzip(bytes);
}

function rowsIn(files: ReadonlyMap<string, string>, table: string): Row[] {
  const path = [...files.keys()].find((one) => one.endsWith(`-${table}.json`));
  return JSON.parse(files.get(path ?? '') ?? 'null') as Row[];
}

const byNumber = (values: unknown[]): number[] => (values as number[]).toSorted((one, other) => one - other);
const keys = (files: ReadonlyMap<string, string>, table: string, column: string): number[] =>
  byNumber(rowsIn(files, table).map((row) => row[column]));
const sorted = (rows: readonly Row[], column: string): number[] => byNumber(rows.map((row) => row[column]));
