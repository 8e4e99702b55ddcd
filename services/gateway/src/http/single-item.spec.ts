import { recordUsage, trackUsage, type Operation } from '@tenantry/contracts';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

interface Problem {
  readonly status: number;
  readonly errors: readonly { readonly field: string }[];
}

const event = { id: '1', meter: 'tokens', value: 12.5 };

describe('An item by itself', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  let b: TestTenant;
  beforeAll(async () => {
    gateway = await TestGateway.start();
    a = await gateway.tenant('chinook');
    b = await gateway.tenant('clinic');
    for (const operation of [recordUsage, trackUsage] as Operation[]) gateway.services.answer(operation, () => ({}));
  });
  afterAll(() => gateway.close());

  const post = (tenant: TestTenant, payload: unknown, url = '/v1/usage') =>
    gateway.http.inject({
      method: 'POST',
      url,
      headers: { ...bearer(tenant.owner.token), 'content-type': 'application/json' },
      payload: JSON.stringify(payload),
    });

  it('is the list of one that it means, of whoever sends it', async () => {
    for (const tenant of [a, b]) {
      expect((await post(tenant, event)).statusCode).toBe(200);
      expect(gateway.services.lastCall).toMatchObject({ input: { events: [event] }, ctx: { tenantId: tenant.id } });
    }
  });

  it('leaves the list as it is', async () => {
    await post(a, { events: [event] });
    expect(gateway.services.lastCall.input).toEqual({ events: [event] });
  });

  it.each<[string, object, string]>([
    ['without what it needs', { meter: 'tokens' }, 'events[0].id'],
    ['with a value that is none', { ...event, value: 'many' }, 'events[0].value'],
    ['with a field that it does not have', { ...event, tenantId: 'x' }, 'events[0].tenantId'],
    ['beside the list', { ...event, events: [event] }, 'id'],
  ])('is refused %s, naming the place', async (_how, body, field) => {
    const before = gateway.services.calls.length;
    const problem = (await post(a, body)).json<Problem>();
    expect([problem.status, problem.errors[0]!.field]).toEqual([422, field]);
    expect(gateway.services.calls).toHaveLength(before);
  });

  it('is nothing to an operation that takes no list', async () => {
    const problem = (await post(a, event, '/v1/usage/track')).json<Problem>();
    expect([problem.status, problem.errors.map(({ field }) => field)]).toEqual([
      422,
      expect.arrayContaining(['meter']),
    ]);
  });
});
