import { TestNats } from '@tenantry/testing';
import { defineService } from '../definition/define-service.js';
import { gatewayService, ordersService, testOperations } from '../fixture/orders.fixture.js';
import { LedgerStream } from './ledger-stream.js';

describe('a ledger on NATS', () => {
  const keeper = defineService({ ...ordersService, ledger: true });
  let nats: TestNats;

  beforeAll(async () => {
    nats = await TestNats.start([keeper, gatewayService], { operations: testOperations });
  });
  afterAll(() => nats.stop());

  const of = async (user: string): Promise<LedgerStream> => new LedgerStream(await nats.connect(user), 'orders');

  it('gives back what was appended, in its order and under its id, also after the server was started again', async () => {
    const ledger = await of('orders');
    const places = [await ledger.append('one', 'first'), await ledger.append('two', 'zweiter ✓')];
    await nats.restart();
    const { first, last } = await ledger.range();
    expect([first, last]).toEqual(places);
    expect(await ledger.read(first, last)).toEqual([
      { sequence: first, id: 'one', text: 'first' },
      { sequence: last, id: 'two', text: 'zweiter ✓' },
    ]);
    expect(await ledger.read(last + 1, last)).toEqual([]);
  });

  it('takes one entry once, and a copy of it on purpose', async () => {
    const ledger = await of('orders');
    const place = await ledger.append('again', 'first');
    expect(await ledger.append('again', 'first')).toBe(place);
    expect(await ledger.appendCopy('again', 'first, sealed anew')).toBe(place + 1);
    expect((await ledger.read(place, place + 1)).map(({ id, text }) => [id, text])).toEqual([
      ['again', 'first'],
      ['again', 'first, sealed anew'],
    ]);
  });

  it('is another one after it was lost', async () => {
    const ledger = await of('orders');
    await ledger.append('one', 'kept');
    const before = await ledger.range();
    await nats.loseStore();
    expect(await nats.provision()).toContain('LEDGER_orders');
    const after = await ledger.range();
    expect(after).toMatchObject({ first: 1, last: 0 });
    expect(after.made).not.toBe(before.made);
  });

  it('is read, appended to and deleted from by nobody else, and its own service can not delete', async () => {
    const own = await of('orders');
    await own.append('kept', 'kept');
    const { last } = await own.range();
    const stranger = await of('gateway');
    await Promise.all([
      expect(stranger.append('forged', 'forged')).rejects.toThrow(/permission/i),
      expect(stranger.range()).rejects.toThrow(/permission/i),
      expect(stranger.read(last, last)).rejects.toThrow(/permission/i),
      expect(own.forgetUpTo(last)).rejects.toThrow(/permission/i),
    ]);
    expect((await own.range()).last).toBe(last);
    await (await of('admin')).forgetUpTo(last);
    expect((await own.range()).first).toBe(last + 1);
  });
});
