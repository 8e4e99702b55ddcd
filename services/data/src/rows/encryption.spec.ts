import { readRows } from '@tenantry/contracts';
import { dataTenants, type RowsClient } from '../testing/data.fixture.js';

const patients = {
  name: 'patients',
  subjectColumn: 'id',
  columns: [
    { name: 'id', type: 'uuid', primaryKey: true, default: 'uuidv7()' },
    { name: 'name', type: 'text' },
    { name: 'ssn', type: 'text', classification: 'phi' },
    { name: 'born', type: 'date', classification: 'phi' },
    { name: 'weight', type: 'numeric', classification: 'phi' },
    { name: 'pin', type: 'integer', classification: 'secret' },
  ],
};
const visits = {
  name: 'visits',
  columns: [
    { name: 'patient', type: 'uuid', references: { table: 'patients', column: 'id', onDelete: 'cascade' } },
    { name: 'finding', type: 'jsonb', classification: 'phi' },
  ],
};
const ID = '76982e06-f8b8-4509-9ca3-65a99c8650fe';

describe('encrypted columns', () => {
  const t = dataTenants();
  let rows: RowsClient;

  beforeEach(async () => {
    rows = t.pool;
    await rows.createTable(patients);
    await rows.createTable(visits);
    await rows.post('patients', {
      id: ID,
      name: 'Ann',
      ssn: '999-76-6866',
      born: '1989-05-25',
      weight: 61.5,
      pin: 12_348_765,
    });
  });

  const stored = async (): Promise<string> =>
    JSON.stringify(await t.database.admin(`select * from "${t.schemaOf(rows.id)}".patients`));

  it('are stored sealed and read back as what they were', async () => {
    const text = await stored();
    expect(text).toMatch(/"ssn":"tny1\.t\.1\./);
    expect(text).not.toMatch(/999-76-6866|1989-05-25|61\.5|12348765/);
    const { json } = await rows.get('patients', 'select=ssn,born,weight,pin');
    expect(json).toEqual([{ ssn: '999-76-6866', born: '1989-05-25', weight: 61.5, pin: 12_348_765 }]);
  });

  it('are read back through embedding, inserting and updating too', async () => {
    const prefer = 'return=representation';
    const inserted = await rows.post(
      'visits',
      { patient: ID, finding: { code: [1, 2] } },
      { prefer },
      'select=finding,patients(ssn)',
    );
    expect(inserted.json).toEqual([{ finding: { code: [1, 2] }, patients: { ssn: '999-76-6866' } }]);
    const made = await rows.post('patients', { name: 'Bob', ssn: '1' }, { prefer }, 'select=ssn');
    expect(made.json).toEqual([{ ssn: '1' }]);
    const updated = await rows.patch(
      'patients',
      'name=in.(Ann,Bob)&select=name,ssn&order=name',
      { ssn: '2', name: 'C' },
      { prefer },
    );
    expect(updated.json).toEqual([
      { name: 'C', ssn: '2' },
      { name: 'C', ssn: '2' },
    ]);
    expect((await rows.patch('patients', `id=eq.${ID}&select=ssn`, { ssn: null }, { prefer })).json).toEqual([
      { ssn: null },
    ]);
    const upserted = await rows.post(
      'patients',
      { id: ID.toUpperCase(), ssn: '3' },
      { prefer: `${prefer},resolution=merge-duplicates` },
      'select=ssn',
    );
    expect(upserted.json).toEqual([{ ssn: '3' }]);
  });

  it('seal the same value differently for each row', async () => {
    await rows.post('patients', [
      { name: 'x', ssn: 'same' },
      { name: 'y', ssn: 'same' },
    ]);
    const values = await t.database.admin<{ ssn: string }>(`select ssn from "${t.schemaOf(rows.id)}".patients`);
    expect(new Set(values.map(({ ssn }) => ssn)).size).toBe(3);
  });

  it('leave a trace for each row that was read, and none when they were not', async () => {
    await rows.get('patients', 'select=name');
    expect((await t.outbox()).filter(({ type }) => type === 'RowsRead')).toEqual([]);
    await rows.get('patients', 'select=name,visits(finding),ssn');
    const [read, ...others] = (await t.outbox()).filter(({ type }) => type === 'RowsRead');
    expect(others).toEqual([]);
    expect(read).toMatchObject({
      table: 'patients',
      columns: ['patients.ssn'],
      changes: [{ resource: 'patients', id: ID, action: 'read' }],
    });
  });

  it('are told as commitments, and secrets not at all', async () => {
    await rows.patch('patients', `id=eq.${ID}`, { ssn: '000-00-0000', pin: 43_218_765 });
    const change = (await t.outbox()).filter(({ type }) => type === 'RowsChanged').at(-1)?.changes[0] as Record<
      string,
      Record<string, unknown>
    >;
    expect(change['old']).toEqual({
      ssn: { commitment: expect.any(String), sealed: expect.stringMatching(/^tny1\./) },
      pin: { commitment: null, sealed: null },
    });
    expect(change['new']?.['ssn']).not.toEqual(change['old']?.['ssn']);
    expect(JSON.stringify(await t.outbox())).not.toMatch(/000-00-0000|43218765|999-76-6866/);
  });

  it.each([
    ['ssn=eq.1', 'ssn'],
    ['or=(name.eq.x,ssn.gt.1)', 'ssn'],
    ['order=ssn', 'order'],
    ['visits.finding=eq.1&select=id,visits(finding)', 'finding'],
  ])('can not be searched or ordered by: %s', async (query, field) => {
    await expect(rows.get('patients', query)).rejects.toMatchObject({ reason: 'invalid-input', errors: [{ field }] });
  });

  it('are counted without being opened, so that a HEAD leaves no trace', async () => {
    const head = { table: 'patients', query: 'select=ssn', prefer: 'count=exact', head: true };
    const answer = await rows.send(readRows, head);
    expect(answer).toMatchObject({ text: '', headers: { 'content-range': '0-0/1' } });
    expect((await t.outbox()).filter(({ type }) => type === 'RowsRead')).toEqual([]);
  });

  it('can be asked whether they are empty', async () => {
    expect((await rows.get('patients', 'select=id&ssn=not.is.null')).json).toEqual([{ id: ID }]);
  });

  it('keep to their type and their row', async () => {
    await expect(rows.patch('patients', `id=eq.${ID}`, { born: 'yesterday' })).rejects.toMatchObject({
      errors: [{ field: 'born' }],
    });
    await expect(rows.patch('patients', `id=eq.${ID}`, { id: ID.replace('7', '8') })).rejects.toMatchObject({
      errors: [{ field: 'id' }],
    });
  });

  it('do not open when they were moved to another row', async () => {
    await rows.post('patients', { name: 'thief', ssn: 'x' });
    const patients = `"${t.schemaOf(rows.id)}".patients`;
    await t.database.admin(`begin; set local session_replication_role = replica;
      update ${patients} set ssn = (select ssn from ${patients} where id = '${ID}'); commit`);
    await expect(rows.get('patients', 'select=ssn&name=eq.thief')).rejects.toMatchObject({ reason: 'internal' });
  });
});
