import { archiveMeter, createMeter, getMeter, listMeters, type CreateMeterRequest } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { activate, billingOnRealPostgres, relayEntitlements } from '../billing.fixture.js';

describe('Meters', () => {
  const t = billingOnRealPostgres();
  const wish = (more: Partial<CreateMeterRequest> = {}): Partial<CreateMeterRequest> => ({
    key: 'tokens',
    aggregation: 'sum',
    ...more,
  });

  it('are created and found by id or key, by their own tenant alone, and announced in the same commit', async () => {
    const meter = await t.a.call(createMeter, wish({ unit: t.a.canary(), groupBy: ['model', 'userId'] }));
    expect(meter).toMatchObject({ key: 'tokens', eventType: 'tokens', groupBy: ['model', 'userId'], archivedAt: null });
    expect(await t.a.call(getMeter, { meter: meter.id })).toEqual(meter);
    expect(await t.a.call(getMeter, { meter: 'tokens' })).toEqual(meter);
    expect((await t.a.call(listMeters, {})).data).toEqual([meter]);
    expect(await t.b.call(listMeters, {})).toBeEmptyPage();
    for (const id of [meter.id, newId(), 'tokens']) {
      await expect(t.b.call(getMeter, { meter: id })).rejects.toBeFault('not-found');
    }
    expect(await t.outbox()).toMatchObject([{ type: 'MeterCreated', tenantId: t.a.id, key: 'tokens' }]);
  });

  it('have a key that is taken once in each tenant', async () => {
    await t.a.call(createMeter, wish());
    await t.b.call(createMeter, wish());
    await expect(t.a.call(createMeter, wish({ aggregation: 'count' }))).rejects.toBeFault('conflict', { field: 'key' });
    expect(await t.a.count('billing.meter')).toBe(1);
  });

  it('free their key when they are archived, and can still be found by id', async () => {
    const first = await t.a.call(createMeter, wish());
    expect((await t.a.call(archiveMeter, { meter: 'tokens' })).archivedAt).toBeInstanceOf(Date);
    const second = await t.a.call(createMeter, wish());
    expect(await t.a.call(getMeter, { meter: 'tokens' })).toEqual(second);
    expect((await t.a.call(getMeter, { meter: first.id })).archivedAt).toBeInstanceOf(Date);
    expect((await t.a.call(listMeters, {})).data.map(({ id }) => id)).toEqual([second.id]);
    expect((await t.a.call(listMeters, { archived: true })).data.map(({ id }) => id)).toEqual([second.id, first.id]);
    await expect(t.b.call(archiveMeter, { meter: second.id })).rejects.toBeFault('not-found');
  });

  it('are archived once, and announced once', async () => {
    const { id } = await t.a.call(createMeter, wish());
    const [first, second] = [await t.a.call(archiveMeter, { meter: id }), await t.a.call(archiveMeter, { meter: id })];
    expect(second.archivedAt).toEqual(first.archivedAt);
    expect((await t.outbox()).map(({ type }) => type)).toEqual(['MeterCreated', 'MeterArchived']);
  });

  it('are at most twenty for one type of event, so that recording stays bounded', async () => {
    for (let i = 0; i < 20; i += 1) await t.a.call(createMeter, wish({ key: `k${i}`, eventType: 'use' }));
    await expect(t.a.call(createMeter, wish({ key: 'k20', eventType: 'use' }))).rejects.toBeFault('conflict');
    await t.a.call(createMeter, wish({ key: 'k20', eventType: 'other' }));
    await t.b.call(createMeter, wish({ key: 'k20', eventType: 'use' }));
  });

  it('stay while the plan caps them', async () => {
    await activate(t, t.a.id);
    await relayEntitlements(t);
    await t.a.call(createMeter, wish({ key: 'apiCalls' }));
    await expect(t.a.call(archiveMeter, { meter: 'apiCalls' })).rejects.toBeFault('conflict', { field: 'meter' });
  });

  it.each<[string, Partial<CreateMeterRequest>]>([
    ['key', { key: 'a b' }],
    ['aggregation', { aggregation: 'median' }],
    ['valueProperty', { aggregation: 'count', valueProperty: 'x' }],
    ['valueProperty', { aggregation: 'unique' }],
    ['valueProperty', { valueProperty: 'userId' }],
    ['groupBy', { groupBy: ['a', 'b', 'c', 'd', 'e'] }],
  ])('refuse a bad %s: %p', async (field, more) => {
    await expect(t.a.call(createMeter, wish(more))).rejects.toBeFault('invalid-input', { field });
    expect(await t.a.count('billing.meter')).toBe(0);
  });
});
