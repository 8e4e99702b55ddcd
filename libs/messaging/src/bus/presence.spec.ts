import { TestNats, eventually } from '@tenantry/testing';
import { gatewayService, tenantsService, testOperations } from '../fixture/orders.fixture.js';
import { Presence } from './presence.js';

describe('presence', () => {
  let nats: TestNats;

  beforeAll(async () => {
    nats = await TestNats.start([tenantsService, gatewayService], { operations: testOperations });
  });
  afterAll(() => nats.stop());

  it('counts the living processes of its own service, itself included', async () => {
    const first = new Presence(await nats.connect('gateway'));
    expect(first.size).toBe(1);
    const second = new Presence(await nats.connect('gateway'));
    const other = new Presence(await nats.connect('tenants'));
    await eventually(() => first.size === 2 && second.size === 2);
    expect(other.size).toBe(1);
    second.close();
    await eventually(() => first.size === 1, 15_000);
    for (const presence of [first, other]) presence.close();
  });
});
