import { eventually } from '@tenantry/testing/eventually';
import type { World } from './world.js';

type Ids = Readonly<Record<string, string>>;
type Logs = { data: { id: string; kind: string; outcome: string }[] };

const PATIENCE_MS = 60_000;

const makeTable = async (world: World): Promise<{ table: string }> => {
  const table = world.fresh('t_');
  const columns = [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'note', type: 'text' },
    { name: 'made_at', type: 'timestamptz' },
  ];
  await world.a.owner.must('POST', '/v1/tables', { name: table, columns });
  await world.a.owner.must('POST', `/rest/v1/${table}`, { id: 1, note: 'x', made_at: '2020-01-01T00:00:00Z' });
  return { table };
};

/** Added by somebody else than the owner, who so can activate it. */
const makeRule = async (world: World): Promise<{ id: string }> => {
  const { table } = await makeTable(world);
  const second = await world.secondPerson();
  const rule = { name: 'Fuzz', table, dateColumn: 'made_at', keepDays: 30, archiveDays: 30 };
  const { id } = await second.must<{ id: string }>('POST', '/v1/retention/rules', rule);
  await second.must('POST', `/v1/retention/rules/${id}/preview`, {});
  return { id };
};

const makeArchive = async (world: World): Promise<Ids> => {
  const { id: ruleId } = await makeRule(world);
  await world.a.owner.must('POST', `/v1/retention/rules/${ruleId}/activate`, {});
  let runs: Logs['data'] = [];
  await eventually(async () => {
    const { data } = await world.a.owner.must<Logs>('GET', `/v1/data-retention-logs?ruleId=${ruleId}`);
    runs = data.filter(({ kind, outcome }) => kind === 'run' && outcome === 'done');
    return runs.length > 0;
  }, PATIENCE_MS);
  return { id: runs[0]!.id };
};

/** Only read by cases, and seconds in the making: one for all. */
const archives = new WeakMap<World, Promise<Ids>>();

/** Rules of retention and what they archived. */
export const retentionSupplies = {
  datedTable: makeTable,
  retentionRule: makeRule,
  retentionArchive: (world: World): Promise<Ids> => {
    const known = archives.get(world) ?? makeArchive(world);
    archives.set(world, known);
    return known;
  },
};
