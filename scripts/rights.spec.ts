import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestDatabase } from '@tenantry/testing/database';
import { services } from './services.js';

/** A right that a migration takes from a service's own login or gives it, in the order in which that happens. */
interface Step {
  readonly verb: 'revoke' | 'grant';
  readonly rights: readonly string[];
  readonly tables: readonly string[];
  readonly role: string;
}

const STATEMENT = /^\s*(revoke|grant)\s+([a-z, ]+?)\s+on\s+([a-z_., ]+?)\s+(?:from|to)\s+([a-z_]+_service)\s*;/gm;
const ALL = ['select', 'insert', 'update', 'delete'];
const listOf = (text: string): string[] => text.split(',').map((part) => part.trim());

function stepsOf(folder: string): Step[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  const text = files
    .toSorted()
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  return [...text.matchAll(STATEMENT)].map(([, verb, rights, tables, role]) => ({
    verb: verb as Step['verb'],
    rights: rights === 'all' ? ALL : listOf(rights!),
    tables: listOf(tables!),
    role: role!,
  }));
}

/** What the migrations leave taken away, as `role right table`. */
function takenBy(steps: readonly Step[]): Set<string> {
  const taken = new Set<string>();
  for (const { verb, rights, tables, role } of steps) {
    for (const table of tables) {
      for (const right of rights) taken[verb === 'revoke' ? 'add' : 'delete'](`${role} ${right} ${table}`);
    }
  }
  return taken;
}

describe('the rights of services on their own tables', () => {
  const made = services.filter(({ migrations }) => migrations !== null);
  const taken = made.flatMap(({ migrations }) => [...takenBy(stepsOf(fileURLToPath(migrations!)))]);
  let database: TestDatabase;

  beforeAll(async () => {
    database = await TestDatabase.create(made as never);
  });
  afterAll(() => database.drop());

  it('have been taken away in every service that keeps something from itself', () => {
    const names = new Set(taken.map((one) => one.split('_service')[0]));
    expect([...names]).toEqual(
      expect.arrayContaining(['agents', 'audit', 'billing', 'compliance', 'data', 'identity']),
    );
  });

  it.each(taken)('%s stays taken away after every migration', async (one) => {
    const [role, right, table] = one.split(' ');
    expect(await database.admin('select has_table_privilege($1, $2, $3) as has', [role, table, right])).toEqual([
      { has: false },
    ]);
  });
});
