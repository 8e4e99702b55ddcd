import {
  getOrganizationUsage,
  getUsageOfOrganization,
  type GetOrganizationUsageRequest,
  type OrganizationUsage,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { staff } from '../billing.fixture.js';
import { meterOf, record, usage } from '../usage/usage.fixture.js';
import { OrganizationBench } from './organizations.fixture.js';

describe('What an organization used', () => {
  const bench = new OrganizationBench();
  const { t } = bench;
  const january = { meter: 'calls', from: '2026-01-01', to: '2026-02-01' };
  const ask = (more: Partial<GetOrganizationUsageRequest>, tenant: TestTenant = t.a): Promise<OrganizationUsage> =>
    t.bus.call(getOrganizationUsage, { ...january, ...more }, testContext(tenant.id));
  const told = async (more: Partial<GetOrganizationUsageRequest>): Promise<unknown[]> =>
    (await ask(more)).data.map(({ start, tenantName, value }) => [start, tenantName, value]);
  const use = (tenant: TestTenant, id: string, time: string, value: number, more: object = {}) =>
    record(tenant, usage(id, { meter: 'calls', time: new Date(time), value, ...more }));
  beforeEach(() => meterOf(t.a, { key: 'calls' }));

  it('is the sum of its tenants, in windows of days, or told tenant by tenant', async () => {
    bench.at('2026-01-20T00:00:00Z');
    await use(t.a, '1', '2026-01-05T10:00:00Z', 1);
    await use(t.b, '1', '2026-01-05T23:59:59Z', 2.5);
    await use(t.b, '2', '2026-01-12T00:00:00Z', 4);
    expect(await told({})).toEqual([['2026-01-01', null, 7.5]]);
    expect(await told({ window: 'billing_period' })).toEqual([['2026-01-01', null, 7.5]]);
    expect(await told({ window: 'week' })).toEqual([
      ['2026-01-05', null, 3.5],
      ['2026-01-12', null, 4],
    ]);
    const days = await told({ window: 'day', groupBy: ['tenantId'] });
    expect(days).toHaveLength(3);
    expect(days).toEqual(
      expect.arrayContaining([
        ['2026-01-05', 'Ada Ltd', 1],
        ['2026-01-05', 'Bob Ltd', 2.5],
        ['2026-01-12', 'Bob Ltd', 4],
      ]),
    );
  });

  it('is counted by each tenant’s own calendar, as its invoice is', async () => {
    t.bus.announce(t.b.id, { organizationId: bench.organizationId, name: 'Bob Ltd', timeZone: 'Asia/Kolkata' });
    bench.at('2026-02-03T00:00:00Z');
    await use(t.a, 'in', '2026-01-31T20:00:00Z', 1);
    await use(t.b, 'out', '2026-01-31T20:00:00Z', 2); // February there
    expect(await told({})).toEqual([['2026-01-01', null, 1]]);
    expect(await told({ from: '2026-02-01', to: '2026-03-01', groupBy: ['tenantId'] })).toEqual([
      ['2026-02-01', 'Bob Ltd', 2],
    ]);
  });

  it('is this month’s until today unless it is said', async () => {
    bench.at('2026-02-10T00:00:00Z');
    await use(t.a, '1', '2026-01-31T23:59:59Z', 1);
    await use(t.b, '2', '2026-02-01T00:00:00Z', 2);
    expect(await told({ from: undefined, to: undefined })).toEqual([['2026-02-01', null, 2]]);
  });

  it('of the kind max is the largest of all, and what can not be put together is told by tenant only', async () => {
    bench.at('2026-01-20T00:00:00Z');
    const kinds = [
      ['seats', 'max'],
      ['users', 'unique'],
      ['level', 'last'],
    ] as const;
    for (const [n, tenant] of [t.a, t.b].entries()) {
      for (const [key, aggregation] of kinds)
        await meterOf(tenant, { key, aggregation, ...(aggregation === 'unique' ? { valueProperty: 'userId' } : {}) });
      await record(tenant, ...kinds.map(([key]) => usage(key, { type: key, value: 5 + n, userId: 'ada' })));
    }
    expect(await told({ meter: 'seats' })).toEqual([['2026-01-01', null, 6]]);
    for (const [meter, ofB] of [
      ['users', 1],
      ['level', 6],
    ] as const) {
      await expect(ask({ meter })).rejects.toBeFault('invalid-input', { field: 'groupBy' });
      expect(await told({ meter, groupBy: ['tenantId'] })).toContainEqual(['2026-01-01', 'Bob Ltd', ofB]);
    }
  });

  it('is told only where meters of the key count alike, and names what is wrong', async () => {
    await meterOf(t.a, { key: 'mixed' });
    await meterOf(t.b, { key: 'mixed', aggregation: 'count' });
    await expect(ask({ meter: 'mixed' })).rejects.toBeFault('invalid-input', { field: 'meter' });
    await expect(ask({ meter: 'nobody' })).rejects.toBeFault('invalid-input', { field: 'meter' });
    await expect(ask({ from: '2026-02-30' })).rejects.toBeFault('invalid-input', { field: 'from' });
    await expect(ask({ to: '2027-01-03' })).rejects.toBeFault('invalid-input', { field: 'to' });
    await expect(ask({ groupBy: ['userId'] })).rejects.toBeFault('invalid-input', { field: 'groupBy[0]' });
    await expect(ask({ window: 'hour' })).rejects.toBeFault('invalid-input', { field: 'window' });
  });

  it('is for who may see what other tenants are charged, in the tenant that pays, and for nobody else', async () => {
    await use(t.b, '1', '2026-01-01T00:00:00Z', 2);
    await use(t.a, '1', '2026-01-01T00:00:00Z', 1);
    const others = { permissions: ['usage.*', 'invoices.*', 'meters.*'] };
    await expect(t.a.call(getOrganizationUsage, january, others)).rejects.toBeFault('forbidden');
    expect((await ask({}, t.b)).data).toEqual([]);
    await bench.billing(null);
    expect((await ask({})).data).toEqual([]);
    await bench.billing(t.a.id);
    t.bus.announce(t.a.id, { organizationId: newId() }); // it left
    expect((await ask({})).data).toEqual([]);
  });

  it('leaves out tenants of other organizations and sandboxes', async () => {
    bench.at('2026-01-20T00:00:00Z');
    await use(t.a, '1', '2026-01-05T10:00:00Z', 1);
    await use(t.b, '1', '2026-01-05T10:00:00Z', 2);
    t.bus.announce(t.b.id, { organizationId: bench.organizationId, sandboxOf: t.a.id });
    expect(await told({})).toEqual([['2026-01-01', null, 1]]);
    t.bus.announce(t.b.id, { organizationId: newId() });
    expect(await told({})).toEqual([['2026-01-01', null, 1]]);
  });

  it('is told staff of any organization, also when each tenant pays for itself', async () => {
    await bench.billing(null);
    bench.at('2026-01-20T00:00:00Z');
    await use(t.b, '1', '2026-01-05T10:00:00Z', 2);
    const question = { ...january, organizationId: bench.organizationId };
    const said = await t.bus.call(getUsageOfOrganization, question, staff());
    expect(said.data).toEqual([{ start: '2026-01-01', tenantId: null, tenantName: null, value: 2 }]);
    const other = await t.bus.call(getUsageOfOrganization, { ...question, organizationId: newId() }, staff());
    expect(other.data).toEqual([]);
    await expect(
      t.bus.call(getUsageOfOrganization, question, staff({ permissions: ['usage.read'] })),
    ).rejects.toBeFault('forbidden');
  });

  it('is given page by page without gaps or repetition, to its tenant alone', async () => {
    bench.at('2026-01-20T00:00:00Z');
    for (const day of ['03', '04', '05']) {
      await use(t.a, day, `2026-01-${day}T10:00:00Z`, 1);
      await use(t.b, day, `2026-01-${day}T10:00:00Z`, 2);
    }
    const question = { window: 'day', groupBy: ['tenantId'] };
    const paged: unknown[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await ask({ ...question, limit: 2, cursor });
      paged.push(...page.data);
      if (cursor) await expect(ask({ ...question, window: 'week', cursor })).rejects.toBeFault('invalid-cursor');
      cursor = page.nextCursor;
    } while (cursor);
    expect(paged).toEqual((await ask(question)).data);
    expect(paged).toHaveLength(6);
    const first = await ask({ window: 'day', limit: 1 });
    const second = await ask({ window: 'day', limit: 1, cursor: first.nextCursor });
    expect([first.data[0]!.start, second.data[0]!.start]).toEqual(['2026-01-03', '2026-01-04']);
  });
});
