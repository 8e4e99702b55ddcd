import type { RecordDataSizesRequest } from '@tenantry/contracts';
import { eventually } from '@tenantry/testing';
import { dataTenants } from '../testing/data.fixture.js';
import { Every5mReportSizes } from './every-5m-report-sizes.js';

const notes = {
  name: 'notes',
  columns: [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'text', type: 'text' },
  ],
};

describe('What billing is told of the sizes of tenants', () => {
  const t = dataTenants();
  const heard = () => t.billing.heard.map(({ input }) => input as RecordDataSizesRequest);
  const report = (): Promise<void> => t.bus.get(Every5mReportSizes).handle(new AbortController().signal);
  const sizesOf = (tenantId: string) =>
    heard().flatMap(({ tenants }) => tenants.filter((one) => one.tenantId === tenantId));

  it('is the rows and bytes of each, once an hour, and again when billing was not there', async () => {
    await t.schema.createTable(notes);
    await t.pool.createTable(notes);
    await t.schema.post('notes', [
      { id: 1, text: 'ab' },
      { id: 2, text: 'cd' },
    ]);
    await t.pool.post('notes', [{ id: 1, text: 'x'.repeat(1_000) }]);
    await t.bus.runSchedule('fold-counts');
    t.billing.isAway = true;
    await expect(report()).rejects.toMatchObject({ reason: 'unavailable' });
    t.billing.isAway = false;
    await report();
    expect(sizesOf(t.a.id)).toMatchObject([{ rows: 2n }]);
    const [size] = sizesOf(t.b.id);
    expect(size!.rows).toBe(1n);
    expect(Number(size!.bytes)).toBeGreaterThan(1_000);
    await eventually(async () => {
      const told = heard().length;
      await report();
      return heard().length === told; // unless the hour has just turned
    });
  });
});
