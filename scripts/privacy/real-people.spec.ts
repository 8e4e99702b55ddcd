import { join } from 'node:path';
import { eventually } from '@tenantry/testing';
import { loadChinook } from '../demo/chinook.js';
import { loadClinic } from '../demo/clinic.js';
import type { LoadableTable, Row } from '../demo/rows.js';
import type { Client } from '../fuzz/client.js';
import { World } from '../fuzz/world.js';
import { services } from '../services.js';
import { loadRows } from './load-rows.js';
import { eraseCustomer, eraseSubject, openShop } from './shop.js';
import { scrub, tracesIn } from './traces.js';

const DATA = process.env['TENANTRY_DEMO_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
const CUSTOMER = 5;
const LONG_CHARACTERS = 8;
const PATIENCE_MS = 60_000;

/** What a person's row says in clear that no other row of any table does: what a search can be sure of. */
function wordsOf(tables: readonly LoadableTable[], name: string, isOwn: (row: Row) => boolean): string[] {
  const { definition, rows } = tables.find((table) => table.definition.name === name)!;
  const open = definition.columns.filter(({ classification }) => classification === 'personal');
  const person = rows.find(isOwn)!;
  const others = JSON.stringify(
    tables.map((table) => table.rows.filter((row) => row !== person && !isRelated(row, person))),
  );
  const values = open.map((column) => person[column.name]);
  return values.filter(
    (value) => typeof value === 'string' && value.length >= LONG_CHARACTERS && !others.includes(value),
  ) as string[];
}

/** An invoice has its customer's address as well. */
function isRelated(row: Row, { customer_id: id }: Row): boolean {
  return id !== undefined && id !== null && row['customer_id'] === id;
}

describe('a customer of the shop and a patient of the clinic whom a system forgot', () => {
  let world: World;
  let planner: Client;
  let shop: readonly LoadableTable[];
  let clinic: readonly LoadableTable[];
  let patient: Row;

  beforeAll(async () => {
    world = await World.open();
    planner = await world.secondPerson();
    [shop, clinic] = [(await loadChinook(DATA)).tables, (await loadClinic(DATA)).tables];
    patient = clinic.find(({ definition }) => definition.name === 'patients')!.rows[0]!;
    await openShop(world.a.owner);
    await loadRows(world.a.owner, clinic);
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  it('are on no disk afterwards: every value was found before, and none is', async () => {
    const [admin, keys] = [
      await world.instance.connect('postgres'),
      await world.instance.connect('postgres', 'postgres_keys'),
    ];
    try {
      const ofCustomer = wordsOf(shop, 'customers', (row) => row['customer_id'] === CUSTOMER);
      const ofPatient = wordsOf(clinic, 'patients', (row) => row['id'] === patient['id']);
      const ssn = String(patient['ssn']);
      expect([ofCustomer.length, ofPatient.length].every((count) => count > 0)).toBe(true);
      const words = [...new Set([...ofCustomer, ...ofPatient])];
      await admin.query('checkpoint');
      expect([...(await tracesIn(world.stateDir, words))].toSorted()).toEqual(words.toSorted());
      await eraseCustomer(planner, world.a.owner, CUSTOMER);
      await eraseSubject(planner, world.a.owner, [{ table: 'patients', value: String(patient['id']) }]);
      await scrub(keys);
      await scrub(admin);
      expect([...(await tracesIn(world.stateDir, [...words, ssn]))]).toEqual([]);
    } finally {
      await Promise.all([admin.end(), keys.end()]);
    }
  });

  it.each(['a', 'b'] as const)(
    'left a log of tenant %s in which every service has as many entries as it sent',
    async (which) => {
      const { id, owner } = world[which];
      const admin = await world.instance.connect('postgres');
      try {
        const outboxes = services
          .filter(({ migrations }) => migrations)
          .map(({ name }) => `select '${name}' as service, * from ${name}.outbox`);
        const sent = async (): Promise<Record<string, number>> => {
          const { rows } = await admin.query<{ service: string; entries: number }>(
            `select service, sum(greatest(1, jsonb_array_length(payload -> 'changes')))::int as entries
              from (${outboxes.join(' union all ')}) where kind = 'event' and tenant_id = $1 group by service`,
            [id],
          );
          return Object.fromEntries(rows.map(({ service, entries }) => [service, entries]));
        };
        // Looking is an entry itself: the log is quiet when nobody looks.
        const logged = async (): Promise<Record<string, number>> => {
          const { rows } = await admin.query<{ service: string; entries: number }>(
            'select service, count(*)::int as entries from audit.entry where tenant_id = $1 group by service',
            [id],
          );
          return Object.fromEntries(rows.map(({ service, entries }) => [service, entries]));
        };
        await eventually(
          async () => JSON.stringify(sorted(await logged())) === JSON.stringify(sorted(await sent())),
          PATIENCE_MS,
        );
        const { gapFree } = await owner.must<{ gapFree: boolean }>('GET', '/v1/audit/completeness');
        expect(gapFree).toBe(true);
        expect(Object.keys(await logged())).toEqual(expect.arrayContaining(['data', 'identity', 'tenants']));
      } finally {
        await admin.end();
      }
    },
  );
});

function sorted(counts: Record<string, number>): [string, number][] {
  return Object.entries(counts).toSorted(([one], [other]) => (one < other ? -1 : 1));
}
