import { addColumn, getTable, importRows, type CreateTableRequest } from '@tenantry/contracts';
import { Fault, newId } from '@tenantry/kernel';
import type { AgreementsEntry } from '@tenantry/messaging';
import { HealthDataGate } from './health-data-gate.js';
import { dataTenants, type RowsClient } from '../testing/data.fixture.js';

const patients: Partial<CreateTableRequest> = {
  name: 'patients',
  columns: [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'name', type: 'text' },
    { name: 'finding', type: 'text', classification: 'phi' },
  ] as never,
  access: [{ to: ['agent'], actions: ['select'], columns: [], rows: 'all' }],
};
const HOUR_MS = 3_600_000;

describe('health information and the agreement with the platform', () => {
  const t = dataTenants();
  let rows: RowsClient;

  const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
  const agree = (more: Partial<AgreementsEntry['agreements'][number]> = {}): void =>
    t.bus.agree(rows.id, [
      { party: 'platform', covers: [], effectiveAt: inMs(-HOUR_MS), endsAt: inMs(HOUR_MS), ...more },
    ]);
  const lapse = (): void => agree({ endsAt: inMs(-1) });
  const missing = expect.objectContaining({ reason: 'agreement-missing' }) as Error;
  async function* upload(text: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }

  beforeEach(async () => {
    rows = t.pool;
    await rows.createTable(patients);
    await rows.post('patients', { id: 1, name: 'Ann', finding: 'well' });
  });

  it.each([
    ['none is known', () => t.bus.agree(rows.id, [])],
    ['it has lapsed', lapse],
    ['it is yet to begin', () => agree({ effectiveAt: inMs(HOUR_MS), endsAt: null })],
    ['only others have signed', () => agree({ party: 'subcontractor', covers: ['openai'] })],
  ])('refuses new values in every way when %s, and says of which column', async (_, state) => {
    state();
    const about = { reason: 'agreement-missing', errors: [{ field: 'finding' }] };
    await expect(rows.post('patients', { id: 2, finding: 'ill' })).rejects.toMatchObject(about);
    await expect(rows.patch('patients', 'id=eq.1', { finding: 'ill' })).rejects.toMatchObject(about);
    const upsert = rows.post('patients', { id: 1, finding: 'x' }, { prefer: 'resolution=merge-duplicates' });
    await expect(upsert).rejects.toMatchObject(about);
    const text = '{"id":2,"name":"Bob"}\n{"id":3,"finding":"ill"}\n';
    const load = rows.send(
      importRows,
      { table: 'patients', contentType: 'application/x-ndjson' },
      { upload: upload(text) },
    );
    const refused = await load.catch((error: unknown) => error as Fault);
    expect(refused).toMatchObject({ reason: 'import-refused', extra: { row: 2 } });
    expect((await rows.get('patients', 'select=id,finding')).json).toEqual([{ id: 1, finding: 'well' }]);
  });

  it('leaves everything else possible: other values, reading, clearing and deleting', async () => {
    lapse();
    await rows.post('patients', { id: 2, name: 'Bob', finding: null });
    await rows.patch('patients', 'id=eq.1', { name: 'Anna' });
    expect((await rows.get('patients', 'select=name,finding&id=eq.1')).json).toEqual([
      { name: 'Anna', finding: 'well' },
    ]);
    await rows.patch('patients', 'id=eq.1', { finding: null });
    await rows.delete('patients', 'id=eq.1');
    expect((await rows.get('patients', 'select=id')).json).toEqual([{ id: 2 }]);
  });

  it('makes no new table or column for it, and changes nothing', async () => {
    lapse();
    await expect(rows.createTable({ ...patients, name: 'others' })).rejects.toBeFault('agreement-missing', {
      field: 'finding',
    });
    const wish = { table: 'patients', name: 'ssn', type: 'text', classification: 'phi' };
    await expect(t.bus.call(addColumn, wish, rows.context())).rejects.toBeFault('agreement-missing', { field: 'ssn' });
    await t.bus.call(addColumn, { ...wish, name: 'nick', classification: 'personal' }, rows.context());
    const { columns } = await t.bus.call(getTable, { table: 'patients' }, rows.context());
    expect(columns.map(({ name }) => name)).toEqual(expect.not.arrayContaining(['ssn']));
    await expect(t.bus.call(getTable, { table: 'others' }, rows.context())).rejects.toBeFault('not-found');
  });

  it('is taken in as soon as an agreement is registered, also when the news comes a moment later', async () => {
    t.bus.agree(rows.id, []);
    const opening = t.bus.get(HealthDataGate).opens(rows.id);
    agree();
    expect(await opening).toBe(true);
    expect((await rows.post('patients', { id: 2, finding: 'ill' })).status).toBe(201);
  });

  it('needs the agreement of its own tenant', async () => {
    t.bus.agree(rows.id, []);
    t.bus.agree(t.schema.id);
    await expect(rows.post('patients', { id: 2, finding: 'ill' })).rejects.toEqual(missing);
  });

  it('is not for agents without one, whatever their configuration says', async () => {
    const id = newId();
    t.bus.directories.agents.put(id, {
      ...{
        version: 1,
        tenantId: rows.id,
        status: 'active',
        publishedVersion: 1,
        grants: ['rows.*'],
        tools: [],
        models: [],
      },
      ...{ locationIds: [], dataClasses: ['none', 'internal', 'phi'] },
      data: [{ table: 'patients', actions: ['select'], columns: [] }],
    });
    const agent = rows.as('agent', { actor: { kind: 'agent', id, role: null }, agentId: id });
    expect((await agent.get('patients', 'select=id,finding')).json).toEqual([{ id: 1, finding: 'well' }]);
    lapse();
    await expect(agent.get('patients', 'select=id,finding')).rejects.toMatchObject({ reason: 'forbidden' });
    expect((await agent.get('patients', 'select=id')).json).toEqual([{ id: 1 }]);
  });
});
