import { listMeters, recordGatewayCalls, type RecordGatewayCallsRequest } from '@tenantry/contracts';
import { Fault, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';
import { MeterCalls } from './meter-calls.js';

describe('the calls of tenants', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  let b: TestTenant;
  let taken: RecordGatewayCallsRequest[];
  beforeEach(async () => {
    gateway = await TestGateway.start();
    [a, b] = [await gateway.tenant('a'), await gateway.tenant('b')];
    taken = [];
    gateway.services.answer(listMeters, () => ({ data: [], nextCursor: null }));
    gateway.services.answer(recordGatewayCalls, ({ input }) => void taken.push(input as RecordGatewayCallsRequest));
  });
  afterEach(() => gateway.close());

  const call = async (token: string, url = '/v1/meters'): Promise<number> =>
    (await gateway.http.inject({ method: 'GET', url, headers: bearer(token) })).statusCode;
  const report = (): Promise<void> => gateway.get(MeterCalls).report();
  const counted = () => taken.map(({ tenants }) => new Map(tenants.map(({ tenantId, calls }) => [tenantId, calls])));

  it('are counted by the platform for whoever made them, and reported once', async () => {
    await Promise.all([call(a.owner.token), call(a.owner.token), call(b.owner.token)]);
    await report();
    expect(counted()).toEqual([
      new Map([
        [a.id, 2],
        [b.id, 1],
      ]),
    ]);
    await report();
    expect(taken).toHaveLength(1);
    await call(a.owner.token);
    await report();
    expect(counted()[1]).toEqual(new Map([[a.id, 1]]));
  });

  it('are those that were let in: what is refused at the door costs nobody anything', async () => {
    expect(await call('no token')).toBe(401);
    const stranger = await gateway.person({ memberships: [{ tenantId: a.id, role: 'customer' }] });
    expect(await call(stranger.token)).toBe(403);
    await report();
    expect(taken).toEqual([]);
  });

  it('are reported again under the same id, unchanged, until billing has taken them', async () => {
    const tried: RecordGatewayCallsRequest[] = [];
    const refuse = ({ input }: { input: unknown }): never => {
      tried.push(structuredClone(input) as RecordGatewayCallsRequest);
      throw new Fault('unavailable');
    };
    gateway.services.answer(recordGatewayCalls, refuse);
    await call(a.owner.token);
    await report();
    await call(a.owner.token);
    await report();
    gateway.services.answer(recordGatewayCalls, ({ input }) => void taken.push(input as RecordGatewayCallsRequest));
    await report();
    expect(new Set([...tried, ...taken].map(({ reportId }) => reportId)).size).toBe(1);
    await report();
    expect(counted()).toEqual([new Map([[a.id, 1]]), new Map([[a.id, 1]])]);
  });

  it('are reported by the gateway as itself, and once more when it stops', async () => {
    await call(a.owner.token);
    const two = Promise.all([report(), report()]);
    await two;
    expect(taken).toHaveLength(1);
    expect(gateway.services.lastCall.ctx).toMatchObject({
      tenantId: PLATFORM_TENANT_ID,
      actor: { kind: 'service', id: 'gateway' },
      permissions: [],
    });
    await call(a.owner.token);
    await gateway.get(MeterCalls).onModuleDestroy();
    expect(taken).toHaveLength(2);
  });
});
