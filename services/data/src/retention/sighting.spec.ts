import { rotateTenantKey } from '@tenantry/contracts';
import { dataTenants } from '../testing/data.fixture.js';
import { makeTickets, Retention } from './retention.fixture.js';

describe.each(['schema', 'pool'] as const)('days that count from when a row was first seen, in %s mode', (mode) => {
  const t = dataTenants();

  it('go on while the tenant’s keys are replaced, which changes no row', async () => {
    const own = new Retention(t, t[mode]);
    await makeTickets(own.rows);
    const closed = (id: number, pin: string | null) => ({ id, customer: 1, status: 'closed', pin });
    await own.rows.post('tickets', [closed(1, '1234'), closed(2, null)]);
    const rule = await own.active({ dateColumn: '', filter: 'status=eq.closed', keepDays: 90 });
    await own.work();
    const seen = () =>
      t.database.admin<{ row_key: string[]; row_version: string; seen_at: Date }>(
        'select row_key, row_version, seen_at from data.retention_sighting where rule_id = $1 order by row_key',
        [rule.id],
      );
    const before = await seen();
    await t.bus.call(rotateTenantKey, {}, own.rows.context());
    await t.bus.runSchedule('key-rotation');
    const after = await seen();
    expect(after.map(({ row_key, seen_at }) => [row_key, seen_at])).toEqual(
      before.map(({ row_key, seen_at }) => [row_key, seen_at]),
    );
    expect(after.map(({ row_version }, n) => row_version === before[n]!.row_version)).toEqual(
      before.map(({ row_key: [id] }) => id !== '1'), // the only one with something to seal
    );
    const versions = `select id::text, xmin::text as version from "${t.schemaOf(own.rows.id)}".tickets where status = 'closed' order by id::text`;
    const stored = await t.database.admin<{ id: string; version: string }>(versions);
    expect(after.map(({ row_key: [id], row_version }) => [id, row_version])).toEqual(
      stored.map(({ id, version }) => [id, version]),
    );
  });
});
