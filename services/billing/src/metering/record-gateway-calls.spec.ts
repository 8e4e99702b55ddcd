import {
  archiveMeter,
  createMeter,
  getUsage,
  listLineUsage,
  recordGatewayCalls,
  TenantCalls,
  trackUsage,
  type RecordGatewayCallsRequest,
} from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { billingOnRealPostgres } from '../billing.fixture.js';
import { open, sell, SetClock } from '../invoices/invoices.fixture.js';
import { meterOf, record, usage } from '../usage/usage.fixture.js';
import { API_CALLS } from './platform-usage.js';

describe('What gateways counted', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(() => (clock.at = new Date('2026-03-05T00:00:00Z')));
  const gateway = testContext(PLATFORM_TENANT_ID, {
    actor: { kind: 'service', id: 'gateway', role: null },
    permissions: [],
  });
  const report = (tenants: readonly (readonly [string, number])[], more: Partial<RecordGatewayCallsRequest> = {}) => {
    const counted = tenants.map(([tenantId, calls]) => Object.assign(new TenantCalls(), { tenantId, calls }));
    const input = { reportId: newId(), countedAt: new Date('2026-03-01T10:00:00Z'), tenants: counted, ...more };
    return t.bus.call(recordGatewayCalls, input, gateway, { issuer: 'gateway' });
  };
  const calls = async (tenant: typeof t.a) => {
    const range = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-05T00:00:00Z') };
    return (await tenant.call(getUsage, { meter: API_CALLS, ...range })).data[0]?.value;
  };

  it('is usage of each tenant under the platform’s meter, by the hours of its own time zone', async () => {
    t.bus.announce(t.b.id, { timeZone: 'Asia/Kolkata' });
    await report([
      [t.a.id, 3],
      [t.b.id, 5],
    ]);
    await report([[t.a.id, 4]]);
    expect([await calls(t.a), await calls(t.b)]).toEqual([7, 5]);
    const hours = await t.database.admin<{ hour: Date }>('select hour from billing.usage_hour where tenant_id = $1', [
      t.b.id,
    ]);
    expect(hours.map(({ hour }) => hour.toISOString())).toEqual(['2026-03-01T09:30:00.000Z']);
  });

  it('counts once, however often and at the same time the report comes', async () => {
    const reportId = newId();
    await Promise.all(
      [1, 2, 3, 4].map(() =>
        report(
          [
            [t.a.id, 3],
            [t.b.id, 1],
          ],
          { reportId },
        ),
      ),
    );
    await report([[t.a.id, 3]], { reportId });
    expect([await calls(t.a), await calls(t.b)]).toEqual([3, 1]);
    const said = (await t.outbox()).filter(({ type }) => type === 'UsageRecorded');
    expect(said).toMatchObject([{ tenantId: PLATFORM_TENANT_ID, batchId: reportId, count: 2 }]);
  });

  it('leaves out whom the registry does not know, and keeps the rest', async () => {
    await report([
      [newId(), 9],
      [t.a.id, 1],
    ]);
    expect(await calls(t.a)).toBe(1);
  });

  it('can neither be recorded, corrected, stopped nor imitated by a tenant', async () => {
    const reportId = newId();
    await report([[t.a.id, 3]], { reportId });
    for (const event of [
      usage('1', { meter: API_CALLS, value: 1 }),
      usage('2', { type: API_CALLS, value: 1 }),
      usage('3', { type: API_CALLS, cancels: reportId }),
      usage('4', { meter: API_CALLS, value: 0, corrects: reportId }),
    ])
      await expect(record(t.a, event)).rejects.toBeFault('invalid-input');
    await expect(t.a.call(trackUsage, { meter_id: API_CALLS })).rejects.toBeFault('invalid-input');
    await expect(t.a.call(archiveMeter, { meter: API_CALLS })).rejects.toBeFault('conflict', { field: 'meter' });
    await expect(meterOf(t.a, { key: 'platform.x' })).rejects.toBeFault('invalid-input', { field: 'key' });
    const imitation = { key: 'own', aggregation: 'sum', eventType: API_CALLS };
    await expect(t.a.call(createMeter, imitation)).rejects.toBeFault('invalid-input', { field: 'eventType' });
    expect(await calls(t.a)).toBe(3);
    await expect(
      t.bus.call(recordGatewayCalls, { reportId, tenants: [] }, gateway, { issuer: 'billing' }),
    ).rejects.toThrow();
  });

  it('can be charged for like any other usage, with the reports behind the line', async () => {
    clock.at = new Date('2026-03-01T00:00:00Z');
    await sell(t, t.a.id, { unitPrices: { [API_CALLS]: '0.50' } });
    await report([
      [t.a.id, 3],
      [t.b.id, 8],
    ]);
    clock.at = new Date('2026-04-01T00:00:00Z');
    const invoice = await open(t, t.a.id, '2026-03-01', '2026-04-01');
    expect(invoice.lines).toMatchObject([{ kind: 'usage', meterKey: API_CALLS, quantity: '3', amount: '1.50' }]);
    const name = { invoiceId: invoice.id, lineId: invoice.lines[0]!.id };
    expect((await t.a.call(listLineUsage, name)).data).toMatchObject([{ quantity: '3', event: { type: API_CALLS } }]);
  });
});
